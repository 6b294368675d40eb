"""Hooks that come while other threads tell of events: each is heard by all hooks that were there before it."""
import sys
import threading

THREADS, EVENTS, HOOKS = 4, 300, 25
counts = {}
lock = threading.Lock()


def make_hook(name):
    def hook(event, arguments):
        if event == "own":
            with lock:
                counts[name] = counts.get(name, 0) + 1

    return hook


def tell():
    for i in range(EVENTS):
        sys.audit("own", i)
        id(i)


def add(thread):
    for i in range(HOOKS):
        sys.addaudithook(make_hook((thread, i)))


first = make_hook("first")
sys.addaudithook(first)
threads = [threading.Thread(target=tell) for _ in range(THREADS)]
threads += [threading.Thread(target=add, args=(i,)) for i in range(THREADS)]
for t in threads:
    t.start()
for t in threads:
    t.join()
print(counts["first"])
counts.clear()
sys.audit("own")
print(len(counts), set(counts.values()))
