"""One profiler enabled by several threads, read and cleared by another; and lines traced in all of them."""
import _lsprof
import sys
import threading

profiler = _lsprof.Profiler()
stop = False


def leaf(n):
    return n + len("abc")


def work(lines):
    def trace(frame, event, argument):
        lines[event] = lines.get(event, 0) + 1
        return trace

    for i in range(20):
        profiler.enable()
        if i % 2:
            sys.settrace(trace)
        for k in range(10):
            try:
                leaf(k)
            finally:
                pass
        sys.settrace(None)
        profiler.disable()


def read():
    while not stop:
        for entry in profiler.getstats():
            assert entry.callcount > 0 and entry.totaltime >= 0
        profiler.clear()


counts = [{} for _ in range(3)]
threads = [threading.Thread(target=work, args=(c,)) for c in counts]
reader = threading.Thread(target=read)
for t in [*threads, reader]:
    t.start()
for t in threads:
    t.join()
stop = True
reader.join()
print([sorted(c.items()) for c in counts])
