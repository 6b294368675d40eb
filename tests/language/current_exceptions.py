"""The exceptions that threads are handling; what is no exception; tracebacks without entries."""
import sys
import threading

entered, leave = threading.Event(), threading.Event()


def handle():
    try:
        raise KeyError("in the thread")
    except KeyError:
        entered.set()
        leave.wait()


thread = threading.Thread(target=handle)
thread.start()
entered.wait()
found = sys._current_exceptions()
print(found[threading.get_ident()])
kind, exception, traceback = found[thread.ident]
print(kind, repr(exception), traceback.tb_frame.f_code.co_name)
try:
    1 / 0
except ZeroDivisionError:
    print(sys._current_exceptions()[threading.get_ident()][0], sys.exc_info()[0])
leave.set()
thread.join()
print(thread.ident in sys._current_exceptions(), sys.exc_info())
sys.stderr = sys.stdout
sys.excepthook(1, "1", 1)
for sys.tracebacklimit in 0, -1, 1:
    try:
        1 / 0
    except ZeroDivisionError:
        sys.excepthook(*sys.exc_info())
