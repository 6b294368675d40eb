"""Signals sent to the main thread by hand."""

# _thread.interrupt_main: raised at once in the main thread, catchable; wrong signal numbers are ValueError
import _thread, signal
for n in -1, signal.NSIG, 1000000:
    try: _thread.interrupt_main(n); print('no error', n)
    except ValueError as e: print('ValueError', e)
try:
    _thread.interrupt_main()
    print('not raised at once')
    for i in range(3): pass
except KeyboardInterrupt: print('KeyboardInterrupt')
def handler(signum, frame): 1 / 0
signal.signal(signal.SIGTERM, handler)
try: _thread.interrupt_main(signal.SIGTERM); print('x')
except ZeroDivisionError: print('handler ran')
