"""Lists, dicts, sets, instances and generators under several threads: nothing is lost, nothing is torn."""
import threading
import weakref
from collections import deque, defaultdict


def together(count, function, *args):
    """Run function(number, *args) on several threads that start at the same moment."""
    gate = threading.Barrier(count)
    def body(number): gate.wait(); function(number, *args)
    threads = [threading.Thread(target=body, args=(i,)) for i in range(count)]
    for t in threads: t.start()
    for t in threads: t.join()


N = 2000
shared = []
together(4, lambda k: [shared.append((k, i)) for i in range(N)])
print(len(shared), all([i for j, i in shared if j == k] == list(range(N)) for k in range(4)))
popped = [[] for _ in range(4)]
def pop(k):
    while True:
        try: popped[k].append(shared.pop())
        except IndexError: return
together(4, pop)
print(len(shared), sum(map(len, popped)), len({x for p in popped for x in p}))
d = {}
together(4, lambda k: [d.__setitem__((k, i), i) for i in range(N)])
print(len(d), sum(d.values()))
def delete(k):
    for i in range(N): del d[(k, i)]
    for i in range(N): d[i] = d.get(i, 0)
together(4, delete)
print(len(d), set(d) == set(range(N)))
first = {}
wins = []
together(4, lambda k: wins.extend(i for i in range(N) if first.setdefault(i, k) == k))
print(len(first), len(wins) == N, len(set(wins)) == N)
s = set()
together(4, lambda k: [s.add(i * 4 + k) for i in range(N)])
print(len(s), sum(s))
together(4, lambda k: [s.discard(i * 4 + k) for i in range(N)])
print(s)
q = deque()
together(4, lambda k: [q.append(i) if k % 2 else q.appendleft(i) for i in range(N)])
print(len(q))
taken = []
def drain(k):
    try:
        while True: taken.append(q.popleft() if k % 2 else q.pop())
    except IndexError: pass
together(4, drain)
print(len(taken), len(q))
class O: pass
o = O()
together(4, lambda k: [setattr(o, f"a{k}_{i}", i) for i in range(300)])
print(len(vars(o)), sum(vars(o).values()))
together(4, lambda k: [delattr(o, f"a{k}_{i}") for i in range(300)])
print(vars(o))
o.x = 0
def reader(k):
    for i in range(N):
        if k == 0: o.x = [i, i]
        elif k == 1: o.x = (i, i)
        else: v = o.x; assert v == 0 or v[0] == v[1], v
together(4, reader)
print(o.x[0] == N - 1)
cell = [None]
def whole(c): return c[:2] == c[2:] if isinstance(c, list) else c.keys() == {"k", "i"}
def swap(k):
    for i in range(N):
        cell[0] = [k, i, k, i]
        assert whole(cell[0])
        cell[0] = {"k": k, "i": i}
        assert whole(cell[0])
together(4, swap)
print(type(cell[0]).__name__)
total = 0
lock = threading.Lock()
def count(k):
    global total
    for _ in range(N):
        with lock: total += 1
together(8, count)
print(total)
class Node: __slots__ = ("next", "__weakref__")
def cycles(k):
    for i in range(N): a, b = Node(), Node(); a.next = b; b.next = a
together(4, cycles)
refs = []
def weak(k):
    for i in range(200): n = Node(); refs.append(weakref.ref(n)); r = refs[-1](); assert r is None or isinstance(r, Node); del n, r
together(4, weak)
print(len(refs), sum(r() is not None for r in refs))
target = Node()
hits = []
def deref(k):
    r = weakref.ref(target)
    for i in range(N):
        t = r()
        assert t is target
    hits.append(k)
together(4, deref)
print(len(hits))
dd = defaultdict(list)
together(4, lambda k: [dd[i % 10].append(k) for i in range(N)])
print(sorted(dd) == list(range(10)), sum(map(len, dd.values())) <= 4 * N)
def gen():
    for i in range(N): yield i
g = gen()
glock = threading.Lock()
got = []
def pull(k):
    while True:
        with glock: v = next(g, None)
        if v is None: return
        got.append(v)
together(4, pull)
print(sorted(got) == list(range(N)))
import itertools
c = itertools.count()
ids = []
together(4, lambda k: ids.extend([next(c) for _ in range(N)]))
print(len(ids), len(set(ids)) == len(ids))
big = list(range(1000))
def sorter(k):
    for i in range(20):
        mine = sorted(big, key=lambda v: -v)
        assert mine[0] == 999
        assert len(big[:]) == 1000
        assert sum(big) == 499500
        assert big.index(500) == 500
together(4, sorter)
print("sorted")
def classes(k):
    for i in range(50):
        T = type(f"T{k}_{i}", (), {"m": lambda self, v=i: v})
        assert T().m() == i
together(4, classes)
cache = {}
def strings(k):
    for i in range(N): cache[f"key{i}"] = f"{i}" * 2
together(4, strings)
print(len(cache), cache["key77"])
def imports(k):
    import heapq, functools
    from collections import OrderedDict
    assert heapq.nsmallest(1, [2, 1]) == [1]
together(8, imports)
def exceptions(k):
    for i in range(300):
        try: [][i]
        except IndexError as e: assert e.__traceback__ is not None
together(4, exceptions)
print("end")
