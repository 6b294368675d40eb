"""Each thread has a trace function of its own; others run untraced, the same generators and functions."""
import sys
import threading

counts = {}


def work(n):
    return sum(i % 3 for i in range(n))


def traced(number):
    heard = 0

    def trace(frame, event, argument):
        nonlocal heard
        heard += event == "call" and frame.f_code is work.__code__
        return trace if number % 4 else None

    for _ in range(20):
        sys.settrace(trace)
        work(10)
        sys.settrace(None)
        work(10)
    counts[number] = heard


def plain(number):
    for _ in range(200):
        work(10)


threads = [threading.Thread(target=(traced, plain)[n % 3 == 2], args=(n,)) for n in range(6)]
[t.start() for t in threads]
[sys._current_frames() for _ in range(20)]
[t.join() for t in threads]
print(sorted(counts.items()), sys.gettrace())
