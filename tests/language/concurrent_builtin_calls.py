"""One place of the program calls different things in different threads at once."""
import threading


class Made:
    def __init__(self, a):
        self.a = a


class Listed(list):
    pass


def python(a):
    return a


def call(f, a):
    return f(a)


def named(f, a):
    return f(a, key=None)


def add(items, item):
    items.append(item)
    return items.pop()


shared = [0]
errors = []
start = threading.Barrier(4)


def work(number):
    kinds = [len, python, str, Made, shared.index, type, list, lambda a: a]
    start.wait()
    for turn in range(300):
        f = kinds[(turn + number) % len(kinds)]
        try:
            result = call(f, "ab" if f is len else 0 if f is not list else "ab")
            good = {len: 2, python: 0, str: "0", type: int, list: ["a", "b"]}.get(f, 0)
            if f is Made:
                result = result.a
            if result != good:
                errors.append((f, result))
        except Exception as error:
            errors.append((f, error))
        own = [[], Listed(), shared][(turn + number) % 3]
        try:
            add(own, 0)
        except IndexError:
            pass  # another thread was quicker
        if named(sorted if turn % 2 else max, [1, 2]) not in ([1, 2], 2):
            errors.append(turn)
        if turn % 50 == number:
            globals()["python"] = lambda a: a


threads = [threading.Thread(target=work, args=(i,)) for i in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(errors, len(shared) >= 1)
