"""queue: Queue, LifoQueue, PriorityQueue, SimpleQueue."""
import queue
import threading
from support import attempt
q = queue.Queue()
q.put(1)
q.put(2)
print(q.get(), q.qsize(), q.empty(), q.full(), q.get_nowait())
attempt(q.get_nowait)
attempt(lambda: q.get(timeout=0.01))
attempt(lambda: q.get(timeout=-1))
q = queue.Queue(maxsize=1)
q.put("a")
print(q.full())
attempt(lambda: q.put("b", block=False))
attempt(lambda: q.put("b", timeout=0.01))
attempt(q.put_nowait, 1)
q.get()
q.task_done()
attempt(q.task_done)
q.join()
l = queue.LifoQueue()
[l.put(i) for i in range(3)]
print([l.get() for _ in range(3)])
p = queue.PriorityQueue()
[p.put(i) for i in (3, 1, 2)]
print([p.get() for _ in range(3)])
p.put((1, "b"))
p.put((1, "a"))
print(p.get())
s = queue.SimpleQueue()
s.put(1)
s.put(2)
print(s.get(), s.qsize(), s.empty(), s.get())
attempt(s.get_nowait)
attempt(lambda: s.get(timeout=0.01))
attempt(lambda: s.get(timeout=-1))
q = queue.Queue(3)
got = []
def produce(): [q.put(i) for i in range(50)]; q.put(None)
def consume():
    while (v := q.get()) is not None: got.append(v); q.task_done()
    q.task_done()
ts = [threading.Thread(target=produce), threading.Thread(target=consume)]
[t.start() for t in ts]
[t.join() for t in ts]
q.join()
print(got == list(range(50)), q.unfinished_tasks)
s = queue.SimpleQueue()
res = []
def work():
    while (v := s.get()) is not None: res.append(v * v)
ts = [threading.Thread(target=work) for _ in range(4)]
[t.start() for t in ts]
[s.put(i) for i in range(100)]
[s.put(None) for _ in ts]
[t.join() for t in ts]
print(
    sorted(res) == [i * i for i in range(100)], queue.Empty.__name__,
    queue.Full.__mro__[1].__name__
)
