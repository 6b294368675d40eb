# dir() of odd namespaces and modules, documentation that cannot be encoded, partials copied, views as sequences.
import copy
import functools
import types


class Mapping:
    def __getitem__(self, key):
        if key == "a":
            return 12
        raise KeyError

    def keys(self):
        return list("zxy")


class Keys(dict):
    def keys(self):
        return list("zxy")


print(eval("dir()", globals(), Mapping()), eval("dir()", globals(), Keys()), eval("a", globals(), Mapping()))


class Odd(types.ModuleType):
    __dict__ = 8


try:
    dir(Odd("m"))
except TypeError as e:
    print(e)
m = types.ModuleType("m")
m.__dir__ = lambda: ["b", "a"]
print(dir(m))
try:
    type("A", (), {"__doc__": "x\udcdcy"})
except UnicodeEncodeError as e:
    print(e)
print(ascii(type("A", (), {"__doc__": "x\0y"}).__doc__))
p = functools.partial(print, 1, bar=[2])
print(copy.copy(p).keywords is p.keywords)
match memoryview(b"abc"):
    case (x, y, z):
        print(x, y, z)
