# Handlers, timers and masks of signals; handlers end blocking calls.
# Whatever is raised is printed: the class and the message are part of what has to agree.
import _signal as s
def h(n, f): print('got', n, f is not None)
print(s.signal(s.SIGUSR1, h)); s.raise_signal(s.SIGUSR1); print(s.getsignal(s.SIGUSR1) is h, s.getsignal(s.SIGINT), s.getsignal(s.SIGTERM))
try: s.raise_signal(s.SIGINT)
except KeyboardInterrupt: print('KI')
def a(n, f): raise ValueError('alarm')
s.signal(s.SIGALRM, a)
import time, _thread
l = _thread.allocate_lock(); l.acquire()
# The timer starts within the try: on a slow machine it may end at once.
try:
    s.setitimer(s.ITIMER_REAL, 0.05); time.sleep(5)
except ValueError as e: print(e)
try:
    s.setitimer(s.ITIMER_REAL, 0.05)
    for i in range(10**9): x = 1
except ValueError as e: print(e)
try:
    s.setitimer(s.ITIMER_REAL, 0.05); l.acquire()
except ValueError as e: print(e)
for f in [lambda: s.signal(0, h), lambda: s.signal(5, 'a'), lambda: s.signal(s.SIGKILL, h), lambda: s.getsignal(100)]:
    try: print(f())
    except Exception as e: print(type(e).__name__, e)  # whatever it is, CPython's is the same
print(s.strsignal(9), len(s.valid_signals()), s.pthread_sigmask(s.SIG_BLOCK, [s.SIGUSR2]), s.sigpending(), s.sigtimedwait([s.SIGUSR2], 0.01))
s.signal(s.SIGINT, s.SIG_DFL)
