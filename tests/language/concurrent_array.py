# Threads that change, read and search one array: nothing is lost, and no item is torn.
import array
import threading

shared = array.array('q')
whole = array.array('Q', [0] * 50)
wrong = []


def work(n):
    for i in range(300):
        shared.append(n * 1000 + i)
        v = i * 0x0101010101010101 & (1 << 64) - 1 if i < 256 else 0
        whole[i % 50] = v
        for x in whole[::7]:
            if len(set(x.to_bytes(8, 'little'))) != 1:
                wrong.append(x)
        if i % 20 == 0:
            whole.byteswap()
            whole.reverse()
            whole.count(v)
            list(whole)
            if len(whole * 2) != 100 or len(whole + whole) != 100:
                wrong.append(i)
            whole[10:20] = array.array('Q', [v] * 10)
            with memoryview(whole) as m:
                m[3] = v


threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
for t in threads:
    t.start()
for t in threads:
    t.join()
print(len(shared), len(set(shared)), sorted(shared)[-1], wrong)
taken = []


def take():
    mine = []
    while True:
        try:
            mine.append(shared.pop(0))
        except IndexError:
            break
    taken.extend(mine)


threads = [threading.Thread(target=take) for n in range(4)]
for t in threads:
    t.start()
for t in threads:
    t.join()
print(len(taken), len(set(taken)), shared)
