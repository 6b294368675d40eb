# C types used by several threads: callbacks of C functions, fields of one structure, types made on demand, callbacks on
# threads that C code starts.
import threading
from ctypes import *

libc = CDLL(None)
THREADS, ROUNDS = 2, 12


class Shared(Structure):
    _fields_ = [("flags", c_uint, 7), ("rest", c_uint, 25), ("numbers", c_int * 4), ("text", c_char * 8), ("next", c_void_p)]


shared = Shared()
COMPARE = CFUNCTYPE(c_int, POINTER(c_int), POINTER(c_int))
common = COMPARE(lambda a, b: a[0] - b[0])
types = [set() for _ in range(THREADS)]
wrong = []


def work(index):
    mine = pointer(Shared())
    for n in range(ROUNDS):
        numbers = (c_int * 30)(*[(7 * i + n) % 31 for i in range(30)])
        libc.qsort(numbers, 30, 4, common if n % 2 else COMPARE(lambda a, b: a.contents.value - b.contents.value))
        if list(numbers) != sorted(numbers):
            wrong.append(list(numbers))
        shared.flags += 1
        shared.numbers[index] += 1
        shared.text = b"text%d" % n
        shared.rest = n
        if not bytes(shared)[20:].startswith(b"text"):
            wrong.append(bytes(shared))
        types[index].add(c_long * (n + 1))
        types[index].add(POINTER(c_long * (n + 1)))
        mine.contents.next = addressof(numbers)


threads = [threading.Thread(target=work, args=(i,)) for i in range(THREADS)]
for t in threads:
    t.start()
for t in threads:
    t.join()
print(wrong, shared.numbers[:], [len(found) for found in types])
print(POINTER(c_long * 3) in types[0] and POINTER(c_long * 3) in types[1])

# Threads of C.
START = CFUNCTYPE(c_void_p, c_void_p)
count = 0
lock = threading.Lock()


def start(argument):
    global count
    with lock:
        count += argument
    return argument


entry = START(start)
libc.pthread_create.argtypes = POINTER(c_ulong), c_void_p, START, c_void_p
libc.pthread_join.argtypes = c_ulong, POINTER(c_void_p)
handles = [c_ulong() for _ in range(4)]
for number, handle in enumerate(handles):
    libc.pthread_create(handle, None, entry, number + 1)
results = []
for handle in handles:
    result = c_void_p()
    libc.pthread_join(handle, result)
    results.append(result.value)
print(results, count)
