# Threads that pickle shared objects, and share a pickler and an unpickler.
import _pickle
import io
import threading


class Node:
    pass


shared = Node()
shared.items = [{'n': i, 'self': shared, 't': (i, str(i), 1.5 * i)} for i in range(30)]
common = _pickle.Pickler(io.BytesIO())
wrong = []


def work(n):
    for i in range(12):
        data = _pickle.dumps(shared, i % 6)
        copy = _pickle.loads(data)
        if len(copy.items) != 30 or copy.items[7]['self'] is not copy or copy.items[9]['t'] != (9, '9', 13.5):
            wrong.append(n)
        common.dump(['x' * i, n, shared.items[i]])
        common.memo.copy()
        if i == 5:
            common.clear_memo()
        f = io.BytesIO(data + data)
        u = _pickle.Unpickler(f)
        u.load()
        u.load()


threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
for t in threads:
    t.start()
for t in threads:
    t.join()
print(wrong)
