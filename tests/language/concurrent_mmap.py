"""mmap and SemLock beside other threads: read, written, lent, resized and closed in use."""
import _multiprocessing
import mmap
import os
import threading


def run(*functions):
    threads = [threading.Thread(target=function) for function in functions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def use(m):
    for i in range(60):
        try:
            m.seek(0)
            m.write(b"0123456789" * 10)
            m[i % 100] = 65
            m[10:20] = b"x" * 10
            m[:50], m[::7], m.find(b"9"), m.rfind(b"0"), len(m), m.tell()
            m.move(0, 20, 30)
            m.readline()
            with memoryview(m) as view:
                view[0] = 66
                bytes(view[:10])
        except (ValueError, IndexError, BufferError):
            pass


def resize(m):
    for i in range(40):
        try:
            m.resize(4096 * (1 + i % 3))
        except (ValueError, BufferError):
            pass


def close(m):
    while not m.closed:
        try:
            m.close()
        except BufferError:
            pass


path = f"/tmp/atoll-concurrent-mmap-{os.getpid()}"
with open(path, "wb+") as file:
    os.unlink(path)
    file.truncate(4096)
    m = mmap.mmap(file.fileno(), 0)
    run(lambda: use(m), lambda: use(m), lambda: resize(m))
    print(len(m) % 4096)
    run(lambda: use(m), lambda: use(m), lambda: close(m))
    print(m.closed)

lock = _multiprocessing.SemLock(0, 1, 1, f"/atoll-c-{os.getpid()}", True)
total = 0


def count():
    global total
    for _ in range(40):
        with lock:
            with lock:
                total += 1


run(count, count, count)
print(total, lock._count())
