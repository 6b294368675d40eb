# Threads that share a context, and contexts of their own: each computes what it would compute alone.
import threading
from decimal import *

shared = Context(prec=30, traps=[])
numbers = [Decimal(i) / 7 for i in range(1, 40)]
results = []
stop = threading.Event()


def with_shared(n):
    out = []
    for round in range(15):
        for a in numbers:
            out.append(shared.multiply(a, n) + shared.divide(a, n + 1))
        out.append(shared.exp(Decimal(n)))
        out.append(shared.power(Decimal(n), 70))
    results.append((n, hash(tuple(out))))


def with_own(n):
    getcontext().prec = 20 + n
    total = Decimal(0)
    for round in range(15):
        with localcontext() as c:
            c.rounding = ROUND_DOWN
            for a in numbers:
                total += a / n
        total = +total * 3 % 1000
    results.append((-n, str(total), getcontext().prec))


def settings():
    while not stop.is_set():
        shared.flags[Inexact] = False
        shared.clear_flags()
        shared.traps[Clamped] = shared.capitals = 1
        shared.capitals = 0
        repr(shared), shared.flags.copy(), shared.copy()


changer = threading.Thread(target=settings)
changer.start()
threads = [threading.Thread(target=f, args=(n,)) for n in (1, 2, 3) for f in (with_shared, with_own)]
for t in threads:
    t.start()
for t in threads:
    t.join()
stop.set()
changer.join()
threaded, results = sorted(results), []
for n in (1, 2, 3):
    with_shared(n)
    t = threading.Thread(target=with_own, args=(n,))
    t.start()
    t.join()
print(threaded == sorted(results), len(threaded), getcontext().prec)
