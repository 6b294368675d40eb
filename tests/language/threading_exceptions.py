"""Exceptions that leave a thread: printed by threading.excepthook; the process and its status go on."""
import sys
import threading


def fails(depth):
    if depth:
        return fails(depth - 1)
    return {}["missing"]


first = threading.Thread(target=fails, args=(2,), name="failing thread")
first.start()
first.join()
print("joined", first.is_alive(), file=sys.stderr, flush=True)


class Custom(threading.Thread):
    def run(self):
        raise ValueError("from run")


second = Custom(name="custom thread")
second.start()
second.join()


def hook(args):
    print("hook", args.exc_type.__name__, args.exc_value, args.thread.name)


threading.excepthook = hook
third = threading.Thread(target=lambda: 1 / 0, name="hooked")
third.start()
third.join()
print("end")
