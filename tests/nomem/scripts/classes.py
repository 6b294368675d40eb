# Classes, descriptors, properties, super, slots, metaclasses and weak references.
import weakref


class Meta(type):
    def __new__(meta, name, bases, namespace, **options):
        made = super().__new__(meta, name, bases, namespace)
        made.options = sorted(options.items())
        return made


class Typed:
    def __init__(self, kind):
        self.kind = kind

    def __set_name__(self, owner, name):
        self.name = "_" + name

    def __get__(self, instance, owner=None):
        return self if instance is None else getattr(instance, self.name)

    def __set__(self, instance, v):
        if not isinstance(v, self.kind):
            raise TypeError(f"{self.name[1:]} must be {self.kind.__name__}")
        setattr(instance, self.name, v)


class Shape(metaclass=Meta, unit="m"):
    width = Typed(int)

    def __init__(self, width):
        self.width = width

    @property
    def area(self):
        return self.width * self.width

    def __repr__(self):
        return f"{type(self).__name__}({self.width})"

    def __eq__(self, other):
        return self.width == other.width

    def __hash__(self):
        return hash(self.width)


class Box(Shape, unit="cm", depth=3):
    def __init__(self, width, height):
        super().__init__(width)
        self.height = height

    @property
    def area(self):
        return super().area * self.height

    @classmethod
    def cube(cls, n):
        return cls(n, n)

    @staticmethod
    def label():
        return "box"


class Point:
    __slots__ = ("x", "y", "__weakref__")

    def __init__(self, x, y):
        self.x, self.y = x, y

    def __del__(self):
        gone.append(self.x)


gone = []
box = Box.cube(4)
print(box, box.area, Box.label(), Box.options, Shape.options, [c.__name__ for c in Box.__mro__])
print(box == Shape(4), len({box, Shape(4), Shape(5)}), vars(box))
try:
    box.width = "wide"
except TypeError as error:
    print("TypeError:", error)
point = Point(1, 2)
reference = weakref.ref(point, lambda r: gone.append("called"))
print(reference() is point, point.x + point.y)
del point
print(reference(), gone)
Made = type("Made", (Box,), {"extra": 1, "__call__": lambda self, *args, **kwargs: (args, kwargs)})
print(Made(2, 3)(1, *[2, 3], k=4), Made.extra, issubclass(Made, Shape))
box.many = box
for i in range(20):
    setattr(box, f"attribute_{i}", i)
print(len(vars(box)), box.attribute_19, hasattr(box, "nothing"))
del box
