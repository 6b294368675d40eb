# heapq, bisect, contextvars, and queues between threads.
# Whatever is raised is printed: the class and the message are part of what has to agree.
import heapq, bisect, contextvars, queue, threading, time, _queue
h = [5, 3, 8, 1, 9, 2]; heapq.heapify(h); print(h); heapq.heappush(h, 0); print(h, [heapq.heappop(h) for _ in range(len(h))])
print(heapq.nsmallest(3, [5, 1, 4, 2]), heapq.nlargest(2, 'hello'), list(heapq.merge([1, 4], [2, 3])), heapq.heappushpop([1, 2], 0), heapq.heapreplace([1, 5, 3], 4), heapq.heapify.__module__)
for f in [lambda: heapq.heappop([]), lambda: heapq.heappush(1, 2), lambda: heapq.heapreplace([], 1), lambda: heapq.heapify([1, 'a']), lambda: bisect.bisect([1], 'a'), lambda: bisect.bisect([1], 1, -1)]:
    try: print(f())
    except Exception as e: print(type(e).__name__, e)  # whatever it is, CPython's is the same
a = [1, 2, 2, 3]; print(bisect.bisect_left(a, 2, 0, -1), bisect.bisect(a, 2, 0, -2), bisect.bisect_left(a, 2), bisect.bisect_right(a, 2), bisect.bisect(a, 9), bisect.bisect_left(a, 2, 2, 3), bisect.bisect([-3, -2], 2, key=lambda x: -x)); bisect.insort(a, 2.5); print(a)
v = contextvars.ContextVar('v', default=1); t = v.set(2); print(v.get(), t.var is v, t.old_value, v.name); v.reset(t); print(v.get())
c = contextvars.copy_context()
def f(): v.set(9); return v.get()
print(c.run(f), v.get(), c[v], v in c, len(c), list(c.items())[0][1])
w = contextvars.ContextVar('w')
for g in [lambda: w.get(), lambda: w.get(5), lambda: v.reset(t), lambda: c.run(lambda: c.run(f)), lambda: c['x'], lambda: contextvars.Token()]:
    try: print(g())
    except Exception as e: print(type(e).__name__, str(e)[:25])  # whatever it is, CPython's is the same
q = queue.SimpleQueue(); print(queue.SimpleQueue is _queue.SimpleQueue, q.empty(), q.qsize())
try: q.get(timeout=0.01)
except queue.Empty: print('empty')
try: q.get_nowait()
except queue.Empty: print('empty')
out = []
def getter():
    for _ in range(500): out.append(q.get())
ts = [threading.Thread(target=getter) for _ in range(4)]
for x in ts: x.start()
for i in range(2000): q.put(i)
for x in ts: x.join()
print(sorted(out) == list(range(2000)), q.qsize())
Q = queue.Queue(10); res = []
def cons():
    while (x := Q.get()) is not None: res.append(x)
ts = [threading.Thread(target=cons) for _ in range(3)]
for x in ts: x.start()
for i in range(1000): Q.put(i)
for x in ts: Q.put(None)
for x in ts: x.join()
print(len(res), sum(res))

# Copies of contexts, written to before and after, inside and outside.
import contextvars
one, two = contextvars.ContextVar("one"), contextvars.ContextVar("two", default="fallback")
token = one.set(1)
first = contextvars.copy_context()
one.set(2)
second = contextvars.copy_context()
def inside(context, value):
    before = one.get(), two.get(), len(contextvars.copy_context())
    token = one.set(value)
    two.set(value)
    copy = contextvars.copy_context()
    one.reset(token)
    return before, one.get(), copy[one], copy[two], contextvars.copy_context() == context.copy(), len(context)
print(first.run(inside, first, "a"), second.run(inside, second, "b"), first.run(inside, first, "c"))
print(one.get(), two.get(), first[one], second[one], first[two], second[two], len(contextvars.copy_context()))
one.reset(token)
print(one in contextvars.copy_context(), one in first, dict(first.items()) == {one: 1, two: "c"}, first.get(one), sorted(first.values(), key=str))
class Leaving:
    def __del__(self):
        copy = contextvars.copy_context()
        one.set("last")
        print("leaving", copy.get(one, "nothing") == one.get())
def displace():
    one.set(Leaving())
    one.set(5)
    return one.get()
print(contextvars.Context().run(displace), first.copy() == first, contextvars.Context() == first)
def nested():
    first.run(one.set, "nested")
    try:
        first.run(lambda: first.run(print))
    except RuntimeError as error:
        print(str(error)[:30])
    return one.get("none")
print(second.run(nested), first[one])
