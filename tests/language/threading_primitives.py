"""threading: Thread, Lock, RLock, Condition, Event, Semaphore, Barrier, local, Timer."""
import threading
import time
from support import attempt
t = threading.Thread(
    target=lambda *a, **k: out.append((a, k)), args=(1, 2), kwargs={"x": 3}, name="named", daemon=True
)
out = []
print(t.name, t.daemon, t.is_alive(), t.ident, repr(t))
t.start()
t.join()
print(out, t.is_alive(), t.ident is not None, repr(t).split(" ")[0])
attempt(t.start)
attempt(threading.Thread(target=print).join)
attempt(threading.current_thread().join)
print(
    threading.current_thread().name, threading.main_thread() is threading.current_thread(),
    threading.active_count(), [x.name for x in threading.enumerate()],
    threading.get_ident() == threading.main_thread().ident, threading.get_native_id() > 0
)
l = threading.Lock()
print(l.acquire(), l.locked(), l.acquire(False), l.acquire(blocking=False), l.acquire(timeout=0.01))
l.release()
attempt(l.release)
attempt(l.acquire, False, 1)
attempt(lambda: l.acquire(timeout=-2))
print(l.acquire(True, 1), type(l).__name__)
l.release()
with l: print(l.locked())
print(l.locked())
r = threading.RLock()
print(r.acquire(), r.acquire(), r.release(), r.release())
attempt(r.release)
with r:
    with r: print("nested")
def other(): attempt(r.release); print(r.acquire(False))
r.acquire()
t = threading.Thread(target=other)
t.start()
t.join()
r.release()
total = 0
def add():
    global total
    for _ in range(2000):
        with l: total += 1
ts = [threading.Thread(target=add) for _ in range(8)]
[t.start() for t in ts]
[t.join() for t in ts]
print(total)
c = threading.Condition()
items = []
got = []
def consumer():
    for _ in range(5):
        with c:
            while not items: c.wait()
            got.append(items.pop(0))
def producer():
    for i in range(5):
        with c: items.append(i); c.notify()
a, b = threading.Thread(target=consumer), threading.Thread(target=producer)
a.start()
b.start()
a.join()
b.join()
print(got)
attempt(c.notify)
attempt(c.wait)
with c: print(c.wait(0.01), c.wait_for(lambda: False, 0.01), c.wait_for(lambda: "v"))
e = threading.Event()
print(e.is_set(), e.wait(0.01))
t = threading.Thread(target=lambda: (e.wait(), out.append("woke")))
t.start()
e.set()
t.join()
print(out[-1], e.is_set(), e.wait())
e.clear()
print(e.is_set())
s = threading.Semaphore(2)
print(s.acquire(), s.acquire(), s.acquire(False), s.acquire(timeout=0.01))
s.release(2)
print(s.acquire(False))
attempt(threading.Semaphore, -1)
b = threading.BoundedSemaphore(1)
attempt(b.release)
bar = threading.Barrier(3, action=lambda: out.append("action"))
idx = []
def party(): idx.append(bar.wait())
ts = [threading.Thread(target=party) for _ in range(3)]
[t.start() for t in ts]
[t.join() for t in ts]
print(sorted(idx), out[-1], bar.parties, bar.n_waiting, bar.broken)
bar2 = threading.Barrier(2)
attempt(lambda: bar2.wait(0.01))
print(bar2.broken)
attempt(bar2.wait)
bar2.reset()
print(bar2.broken)
loc = threading.local()
loc.x = "main"
seen = []
def use(i):
    seen.append(hasattr(loc, "x"))
    loc.x = i
    time.sleep(0.001)
    seen.append(loc.x == i)
ts = [threading.Thread(target=use, args=(i,)) for i in range(4)]
[t.start() for t in ts]
[t.join() for t in ts]
print(loc.x, seen.count(True), seen.count(False), loc.__dict__)
class L(threading.local):
    made = []
    def __init__(self, v): self.v = v; L.made.append(v)
q = L(7)
t = threading.Thread(target=lambda: out.append(q.v))
t.start()
t.join()
print(out[-1], L.made)
attempt(lambda: loc.nothing)
attempt(threading.local, 5)
class Worker(threading.Thread):
    def __init__(self, n): super().__init__(); self.n = n; self.result = None
    def run(self): self.result = self.n ** 2
ws = [Worker(i) for i in range(5)]
[w.start() for w in ws]
[w.join() for w in ws]
print([w.result for w in ws])
attempt(lambda: threading.Thread(target=5, group=1))
tm = threading.Timer(0.01, lambda v: out.append(v), ["timer"])
tm.start()
tm.join()
print(out[-1])
tm = threading.Timer(10, print)
tm.start()
tm.cancel()
tm.join()
print(tm.finished.is_set())
def nested(n):
    if n: t = threading.Thread(target=nested, args=(n - 1,)); t.start(); t.join()
    out.append(n)
nested(5)
print(out[-6:])
for _ in range(100):
    t = threading.Thread(target=out.append, args=("many",))
    t.start()
    t.join()
print(out.count("many"))
big = [threading.Thread(target=out.append, args=("big",)) for _ in range(60)]
[t.start() for t in big]
[t.join() for t in big]
print(out.count("big"), threading.active_count())
t = threading.Thread(target=time.sleep, args=(0.05,))
t.start()
t.join(0.001)
print(t.is_alive())
t.join()
print(t.is_alive(), threading.stack_size() >= 0)
t = threading.Thread(target=print)
t.daemon = True
t.setName("x") if False else setattr(t, "name", "renamed")
print(t.name, t.daemon)
d = {}
def fill(k):
    for i in range(500): d[(k, i)] = i; d.get((k, i - 1)); len(d)
ts = [threading.Thread(target=fill, args=(k,)) for k in range(4)]
[t.start() for t in ts]
[t.join() for t in ts]
print(len(d), sum(d.values()))
al = []
def app(k):
    for i in range(1000): al.append(k)
ts = [threading.Thread(target=app, args=(k,)) for k in range(4)]
[t.start() for t in ts]
[t.join() for t in ts]
print(len(al), [al.count(k) for k in range(4)])
import _thread
lk = _thread.allocate_lock()
lk.acquire()
_thread.start_new_thread(lambda: (out.append("raw"), lk.release()), ())
lk.acquire()
print(out[-1])
attempt(_thread.start_new_thread, 5, ())
attempt(_thread.start_new_thread, print, 5)
print(_thread.TIMEOUT_MAX > 1e6, threading.TIMEOUT_MAX == _thread.TIMEOUT_MAX)

# a thread that has a context of its own beside its thread-local attributes ends like any other
import contextvars
variable = contextvars.ContextVar("variable")


def both():
    loc.in_thread = [1]
    print(variable.set([2]).old_value is contextvars.Token.MISSING, loc.in_thread)


thread = threading.Thread(target=both)
thread.start()
thread.join()
