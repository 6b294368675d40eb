# Threads that intern, look up and drop the same few names, and set, read and delete attributes by them.
import sys
import threading

THREADS = 4
ROUNDS = 400
wrong = []


def run(function):
    start = threading.Barrier(THREADS)

    def work(me):
        start.wait()
        function(me)
    threads = [threading.Thread(target=work, args=(me,)) for me in range(THREADS)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    print(function.__name__, wrong[:5] or "ok")
    wrong.clear()


class Shared:
    pass


class Derived(Shared):
    pass


shared, derived = Shared(), Derived()


# One text is one str while somebody has it.
def interned(me):
    for i in range(ROUNDS * 4):
        one, two = sys.intern(f"name {i % 5}"), sys.intern(f"name {i % 5}")
        if one is not two or one != f"name {i % 5}":
            wrong.append((one, two))


# What all threads look for and nobody has is never there.
def absent(me):
    for i in range(ROUNDS * 2):
        name = f"absent{i % 7}"
        if i % 3 == me % 3:
            name = sys.intern(name)
        for o in shared, derived, Shared, Derived, i:
            if getattr(o, name, None) is not None:
                wrong.append((o, name))


# Everybody sets and deletes attributes of everybody's names: each value belongs to its name.
def instance_attributes(me):
    for i in range(ROUNDS):
        name = f"common{i % 5}"
        for o in shared, derived, Shared, Derived():
            try:
                setattr(o, name, (name, me))
                found = getattr(o, name)
                if found[0] != name:
                    wrong.append((name, found))
                delattr(o, name)
            except AttributeError:
                pass


# A thread's own names, short-lived, through inline caches that are made for them; the numbers of the class change
# under them, and names that only tables hold are thrown out of these.
def own_names(me):
    for i in range(ROUNDS):
        name = f"own{me}_{i}"
        space = {"o": shared, "C": Shared}
        setattr(shared, name, i)
        setattr(Shared, "in_class" + name, -i)
        exec(f"def own(): return o.{name}, o.{name}\n"
             f"def of_class(): return o.in_class{name}, C.in_class{name}\n"
             f"def put(x): o.{name} = x\n"
             f"def none(): return o.no{name}", space)
        got = space["own"]() + space["of_class"]()
        space["put"](i + 1)
        got += space["own"]()
        try:
            got += space["none"](),
        except AttributeError:
            pass
        delattr(shared, name)
        delattr(Shared, "in_class" + name)
        if got != (i, i, -i, -i, i + 1, i + 1):
            wrong.append((name, got))


# Code for the same few names again and again, so that strs of one text follow one another.
def same_sources(me):
    for i in range(ROUNDS):
        k = i % 6
        space = {}
        exec(f"class C{k}:\n"
             f"    c{k} = {k}\n"
             f"    def __init__(self): self.i{k} = {k}\n"
             f"    def m{k}(self, *, p{k}): return self.c{k}, self.i{k}, p{k}\n"
             f"result = C{k}().m{k}(p{k}={k})", space)
        if space["result"] != (k, k, k):
            wrong.append((k, space["result"]))


# A table of names that one thread fills while the others empty it.
def handed_over(me):
    for i in range(ROUNDS * 2):
        key = sys.intern(f"key {i % 11}")
        if (i + me) % 2:
            names[key] = key
        else:
            found = names.pop(f"key {i % 11}", None)
            if found is not None and found is not key:
                wrong.append((found, key))


names = {}
for function in interned, absent, instance_attributes, own_names, same_sources, handed_over:
    run(function)
