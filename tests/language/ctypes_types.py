# C types: layout, memory, what is kept alive, arguments and results of C functions, callbacks.
import pickle
import weakref
from ctypes import *


def show(f, *args):
    try:
        print(f(*args))
    except Exception as error:
        print(type(error).__name__, error)


class Point(Structure):
    _fields_ = [("x", c_int), ("y", c_double)]


class Flags(Structure):
    _fields_ = [("a", c_uint, 3), ("b", c_int, 5), ("c", c_ulong, 40), ("d", c_ubyte)]


class Packed(BigEndianStructure):
    _pack_ = 1
    _fields_ = [("tag", c_char), ("size", c_uint32), ("name", c_char * 4), ("bits", c_uint16, 5), ("more", c_uint16, 6)]


class Either(Union):
    _fields_ = [("number", c_double), ("halves", c_uint32 * 2)]


class Outer(Structure):
    _anonymous_ = ["either"]
    _fields_ = [("kind", c_short), ("either", Either), ("points", Point * 2), ("next", POINTER(Point))]


class Node(Structure):
    pass


Node._fields_ = [("value", c_int), ("next", POINTER(Node))]

# layout
for cls in (Point, Flags, Packed, Either, Outer, Node):
    print(cls.__name__, sizeof(cls), alignment(cls), memoryview(cls()).format)
    for name, *_ in cls._fields_:
        print("   ", getattr(cls, name))
print(Outer.halves, memoryview((c_short * 3 * 2)()).shape, memoryview((c_short * 3 * 2)()).strides)
flags = Flags(9, -3, 1 << 39, 255)
print(flags.a, flags.b, flags.c, flags.d, bytes(flags))
packed = Packed(b"t", 0x01020304, b"abc", 17, 33)
print(bytes(packed), packed.name, packed.bits, packed.more)
outer = Outer(1, points=((1, 2.0), (3, 4.0)))
outer.number = 1.5
outer.next = pointer(outer.points[1])
outer.next.contents.x = 99
print(list(outer.halves), outer.points[1].x, outer.next[0].y)
print(sorted(outer._objects))

# memory
data = bytearray(b"\1\0\0\0\2\0\0\0")
pair = (c_int * 2).from_buffer(data)
pair[1] = 7
print(data, pair[:], pair[::-1], list((c_int * 2).from_buffer_copy(data)), pair[-1])
show(data.append, 1)
text = create_string_buffer(b"hello", 8)
print(text.raw, text.value, text[1:3], len(text), sizeof(text))
text.value = b"bye"
print(text.raw)
wide = create_unicode_buffer("h\xe9\u20ac\U0001f600")
print(wide.value, len(wide), wide[1:3])
print(cast(text, c_void_p).value == addressof(text), string_at(text, 2), wstring_at(wide, 2))
resize(pair_copy := (c_int * 2)(1, 2), 64)
print(sizeof(pair_copy), pair_copy[:])
print(pickle.loads(pickle.dumps(Point(3, 4.5))).y)
show(pickle.dumps, c_char_p(b"x"))


class Target:
    pass


keep = py_object(Target())
gone = weakref.ref(keep.value)
print(gone() is keep.value)
del keep
print(gone())

# functions
libc = CDLL(None, use_errno=True)
libc.strtol.argtypes = c_char_p, POINTER(c_char_p), c_int
libc.strtol.restype = c_long
end = c_char_p()
number = b"123abc"
print(libc.strtol(number, byref(end), 10), end.value)
print(libc.snprintf(text, c_size_t(8), b"%d%s", 42, b"!"), text.value)
libc.ldexp = CDLL("libm.so.6").ldexp
libc.ldexp.restype, libc.ldexp.argtypes = c_double, (c_double, c_int)
print(libc.ldexp(1.5, 4))


class div_t(Structure):
    _fields_ = [("quot", c_int), ("rem", c_int)]


libc.div.restype = div_t
result = libc.div(17, 5)
print(result.quot, result.rem)
set_errno(0)
print(libc.close(-1), get_errno() != 0, set_errno(5), get_errno())
compare = CFUNCTYPE(c_int, POINTER(c_int), POINTER(c_int))(lambda a, b: a[0] - b[0])
numbers = (c_int * 6)(5, 3, 9, -1, 4, 0)
libc.qsort(numbers, len(numbers), sizeof(c_int), compare)
print(list(numbers))
strlen = CFUNCTYPE(c_size_t, c_char_p)(("strlen", libc), ((1, "text", b"default"),))
print(strlen(), strlen(b"four"), strlen(text=b"to"))
libc.abs.errcheck = lambda result, function, args: (result, args)
print(libc.abs(-4))
print(c_int.in_dll(CDLL(None), "optind").value)

# what is refused
show(Point, 1, 2, 3)
show(lambda: Point(1, x=2))
show(c_int, "1")
show(c_char, "1")
show(libc.strtol, 1.5, None, 10)
show(libc.strtol)
print(hasattr(libc, "no_such_function"))
show(lambda: POINTER(c_int)().contents)
show(lambda: numbers[6])
show(numbers.__setitem__, slice(0, 2), [1])
show(setattr, Point, "_fields_", [])
show(lambda: c_int * -1)
show(hash, c_int(1))
show(resize, numbers, 1)
show(c_int.from_buffer, b"1234")
show(c_int.from_buffer_copy, b"123")
show(Structure)
show(type, "X", (Structure,), {"_fields_": [("a", int)]})
show(type(Structure), "X", (Structure,), {"_fields_": [("a", c_int, 40)]})
small = Point()
small.__class__ = Node
show(lambda: small.value)
print(byref(c_int()).__class__.__name__, c_int.from_param(7), c_char_p.from_param(None))
