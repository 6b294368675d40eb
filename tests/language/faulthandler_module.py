"""Tracebacks on a file descriptor: on demand, on a signal, when time is up."""
import faulthandler
import os
import signal
import sys
import threading
import time


def show(function, *arguments, **keywords):
    """What the call writes."""
    reader, writer = os.pipe()
    try:
        function(*arguments, file=writer, **keywords)
        os.write(writer, b"(end)")
        return os.read(reader, 10000).decode()
    finally:
        os.close(reader)
        os.close(writer)


def inner():
    return show(faulthandler.dump_traceback, all_threads=False)


print(inner())
print(faulthandler.is_enabled(), faulthandler.disable())
faulthandler.enable()
print(faulthandler.is_enabled(), faulthandler.disable(), faulthandler.disable())

started, end = threading.Event(), threading.Event()
thread = threading.Thread(target=lambda: (started.set(), end.wait()))
thread.start()
started.wait()
text = show(faulthandler.dump_traceback)
print(text.count("Thread 0x"), text.count("Current thread 0x"), text.count("(most recent call first):"))
end.set()
thread.join()


def on_signal(file):
    faulthandler.register(signal.SIGUSR1, file=file, all_threads=False)
    os.kill(os.getpid(), signal.SIGUSR1)


print(show(on_signal))
print(faulthandler.unregister(signal.SIGUSR1), faulthandler.unregister(signal.SIGUSR1))


def late(file):
    faulthandler.dump_traceback_later(0.05, file=file)
    time.sleep(0.3)
    faulthandler.cancel_dump_traceback_later()


print(show(late).split("\n")[0])
for call in (
    lambda: faulthandler.dump_traceback_later(0),
    lambda: faulthandler.register(signal.SIGSEGV),
    lambda: faulthandler.register(10000),
    lambda: faulthandler.dump_traceback(file=-1),
):
    try:
        call()
    except (ValueError, RuntimeError) as error:
        print(type(error).__name__, error)
faulthandler.dump_traceback_later(100)  # and ends without it
