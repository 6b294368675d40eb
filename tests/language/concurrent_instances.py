# Instances that several threads make, hand over, extend and read at once.
import gc
import queue
import threading


def run(*functions):
    threads = [threading.Thread(target=f) for f in functions]
    for t in threads:
        t.start()
    for t in threads:
        t.join()


# ---- the first instances of a class, made by several threads: each finds its attributes ----
def first_instances():
    wrong = []
    for generation in range(30):
        class Point:
            def __init__(self, n):
                self.n = n

        start = threading.Barrier(3)

        def make(k):
            start.wait()
            for i in range(5):
                p = Point(i)
                for j in range(8):
                    setattr(p, "abcdefgh"[(j + k) % 8], j)
                p.only = k
                if (p.n, p.only) != (i, k) or any(getattr(p, "abcdefgh"[(j + k) % 8]) != j for j in range(8)):
                    wrong.append((generation, k, vars(p)))
        run(*[lambda k=k: make(k) for k in range(3)])
    print("first instances", wrong or "ok")


first_instances()


# ---- __init__ is replaced while first instances are made ----
def replaced_init():
    kinds = set()
    done = False

    def make():
        while not done:
            C = classes[-1]
            kinds.add(type(C().kind))

    def replace():
        nonlocal done
        for i in range(300):
            def one(self):
                self.kind = 1

            def two(self):
                self.kind = "2"
            classes.append(type("C", (), {"__init__": one}))
            classes[-1].__init__ = two
            if i % 50 == 0:
                gc.collect()
        done = True
    classes = [type("C", (), {"__init__": lambda self: setattr(self, "kind", 1)})]
    run(make, make, replace)
    print("replaced __init__", "ok" if kinds <= {int, str} else kinds)


replaced_init()


# ---- handed over by a move, which counts nothing, while the maker goes on adding attributes ----
def dict_box():
    d, serial = {}, iter(range(10 ** 9))
    return lambda o: d.__setitem__(next(serial), o), lambda: d.popitem()[1]


def list_box():
    items = []
    return items.append, items.pop


def queue_box():
    q = queue.SimpleQueue()
    return q.put, q.get_nowait


def set_box():
    s = set()
    return s.add, s.pop


def handed_over(box):
    put, take = box()
    done = False
    wrong = []

    def read():
        while not done:
            try:
                o = take()
            except (IndexError, KeyError, queue.Empty):
                continue
            while not o.end:
                try:
                    if o.z9 != "value 9" or getattr(o, "z11", "value 11") != "value 11":
                        wrong.append(o.z9)
                    o.z8 = "value 8"
                except AttributeError as error:
                    wrong.append(error)

    def make():
        nonlocal done
        for i in range(200):
            D = type("D", (), {"end": False})  # instances of a new class have few slots in line
            o = D()
            for j in range(12):
                setattr(o, "z%d" % j, "value %d" % j)
            put(o)
            keep = []
            for j in range(12, 60):
                setattr(o, "z%d" % j, "value %d" % j)
                keep.append(bytearray(b" " * (16 + 8 * j)))  # what is freed too early becomes blanks
            if any(getattr(o, "z%d" % j) != "value %d" % j for j in range(60)):
                wrong.append(vars(o))
            o.end = True
        done = True
    run(read, make)
    print("handed over by", box.__name__, wrong[:3] or "ok")


for box in list_box, dict_box, queue_box, set_box:
    handed_over(box)
