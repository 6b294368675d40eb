"""heapq from several threads: where comparisons run no Python code each call is one step, and where they do the items
stay the items."""
import heapq
from support import beside, together

N = 3000


def row(name, *odd):
    print(name, *odd)


def is_heap(heap):
    return all(heap[(i - 1) // 2] <= heap[i] for i in range(1, len(heap)))


heap = []
numbers = iter(range(10**6))
row("heappush", together(N, *[lambda: heapq.heappush(heap, next(numbers) * 7919 % 3001)] * 3), len(heap), is_heap(heap))
popped = []
row("heappop", together(N, *[lambda: popped.append(heapq.heappop(heap))] * 2), len(heap), is_heap(heap), len(popped))
row("heappush and heappop", together(N, lambda: heapq.heappush(heap, 5), lambda: heapq.heappop(heap)), len(heap),
    is_heap(heap))
row("heapreplace", together(N, *[lambda: heapq.heapreplace(heap, next(numbers) * 7919 % 9001)] * 2), len(heap),
    is_heap(heap))
row("heappushpop", together(N, *[lambda: heapq.heappushpop(heap, next(numbers) * 7919 % 9001)] * 2), len(heap),
    is_heap(heap))
row("heapify", together(200, *[lambda: heapq.heapify(heap)] * 2), len(heap), is_heap(heap))
heap = [0] + list(range(1, 100))
row("the first beside the others", beside(N, lambda: heap[0] == 0 and len(heap) in (100, 101),
                                          lambda: (heapq.heappush(heap, 50), heap.remove(50))))
heap = [0, 0] + list(range(1, 100))
row("the first beside heapreplace", beside(N, lambda: heap[0] == 0, lambda: heapq.heapreplace(heap, 0)))
row("the first beside heappop", beside(N, lambda: heap[0] <= 1, lambda: (heapq.heappush(heap, 0), heapq.heappop(heap))))
for name, kind in (("floats", float), ("strs", str), ("pairs", lambda x: (x, str(x))), ("big", lambda x: x << 70)):
    heap = []
    numbers = iter(range(10**6))
    odd = together(N, *[lambda: heapq.heappush(heap, kind(next(numbers) * 7919 % 3001))] * 2)
    row(name, odd, len(heap), is_heap(heap), sorted(set(heap)) == sorted({kind(i * 7919 % 3001) for i in range(2 * N)}))


class Slow:
    """Compares in Python: pushes and pops may mix, but nothing is lost or doubled."""
    def __init__(self, number): self.number = number
    def __lt__(self, other): return self.number < other.number


heap, popped, raised = [], [], 0
made = [Slow(i * 7919 % 1009) for i in range(2 * N)]
waiting = iter(made)


def push():
    heapq.heappush(heap, next(waiting))


def pop():
    if heap:
        popped.append(heapq.heappop(heap))


odd = together(N, push, push, pop)
row("in Python", set(odd) <= {"RuntimeError", "IndexError"}, len({id(x) for x in heap + popped}) == len(heap + popped),
    {id(x) for x in heap + popped} <= {id(x) for x in made})
