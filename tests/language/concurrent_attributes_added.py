# Instances get attributes in place, from their owners and from others, and are read, while their class changes what
# the attributes are, and while others take their __dict__.
import threading


class Point:
    kind = "plain"
    weight = 1

    def __init__(self, n):
        self.a = n
        self.b = [n]
        self.c = "c"


class Left(Point):
    pass


class Stored:
    def __get__(self, o, owner=None):
        return self if o is None else vars(o)["kept"]

    def __set__(self, o, v):
        vars(o)["kept"] = v


ROUNDS = 400
shared = [[] for _ in range(3)]
wrong = []
done = threading.Event()


def tell(*what):
    if len(wrong) < 5:
        wrong.append(what)


def settled(o, i):
    """What was stored while the descriptor was there is found again with it, and else in the instance."""
    return vars(o).get("b", [i]) == [i] and vars(o).get("kept", [i]) == [i]


def add(k):
    for i in range(ROUNDS):
        o = (Point, Left)[i & 1](i)
        if not settled(o, i) or o.c != "c":
            tell("own", k, i, vars(o))
        o = (Point, Left)[i & 1](i)
        shared[k].append(o)
        for j in range(4):
            setattr(o, "more%d" % j, [j])
        if o.more3 != [3] or o.c != "c" or o.kind not in ("plain", "other") or type(o.weight) is not int:
            tell("more", k, i, vars(o))


def extend(k):
    seen = 0
    while not done.is_set():
        objects = shared[k]
        if len(objects) > seen:
            o = objects[seen]
            seen += 1
            o.late = [seen]
            o.d = seen
            o.a = seen
            if o.late != [seen] or type(o.a) is not int:
                tell("late", k, seen, vars(o))
            if seen % 5 == 0 and vars(o)["late"] != [seen]:
                tell("dict", k, seen)
            if type(o.weight) is not int or o.kind not in ("plain", "other"):
                tell("class", o.weight, o.kind)


def change():
    i = 0
    while not done.is_set():
        i += 1
        Point.kind = "other" if i % 2 else "plain"
        if i % 2:
            del Point.b
        else:
            Point.b = Stored()
        Left.weight = i
        if i % 4 == 0:
            del Left.weight


Point.b = Stored()
changer = threading.Thread(target=change)
helpers = [threading.Thread(target=extend, args=(k,)) for k in range(2)]
adders = [threading.Thread(target=add, args=(k,)) for k in range(3)]
for t in [changer, *helpers, *adders]:
    t.start()
for t in adders:
    t.join()
done.set()
for t in [changer, *helpers]:
    t.join()
print("attributes added", wrong or "ok")
print(sorted({len(objects) for objects in shared}), {o.c for objects in shared for o in objects})
