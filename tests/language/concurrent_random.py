# Threads that share a generator: each number is given out once.
import _random
import threading

r = _random.Random(5)
taken = []


def work():
    mine = []
    for i in range(400):
        mine.append(r.getrandbits(100))
        r.random()
        if i % 50 == 0:
            r.getstate()
    taken.extend(mine)


threads = [threading.Thread(target=work) for _ in range(4)]
for t in threads:
    t.start()
for t in threads:
    t.join()
print(len(set(taken)))
position = r.getstate()[-1]
r.seed(5)
for _ in range(1600):
    r.getrandbits(128)
    r.getrandbits(64)
print(position == r.getstate()[-1])
