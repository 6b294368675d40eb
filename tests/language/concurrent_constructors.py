"""Instances made while other threads exchange __init__, delete it, and drop what was there."""
import threading


class Base:
    def __init__(self, x=0, y=1):
        self.who = "base"


class C(Base):
    def __init__(self, x, y=2):
        self.who = "first"


def second(self, x, y=3, z=4):
    self.who = "second"


stop = False
wrong = []


def make():
    while not stop:
        for _ in range(200):
            o = C(1)
            if o.who not in ("base", "first", "second", "fresh"):
                wrong.append(o.who)
            o = C(1, y=o)
            if C.__mro__[0] is not C:
                wrong.append("mro")


def change():
    global stop
    first = C.__init__
    for i in range(1500):
        C.__init__ = second

        def fresh(self, x, y=[i]):
            self.who = "fresh"

        C.__init__ = fresh
        del fresh
        del C.__init__
        C.__init__ = first
    stop = True


threads = [threading.Thread(target=make) for _ in range(3)] + [threading.Thread(target=change)]
for t in threads:
    t.start()
for t in threads:
    t.join()
print(wrong[:5], C(1).who)
