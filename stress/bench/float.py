"""Instances made, changed and dropped: points that are put on a sphere and maximised."""

from math import cos, sin, sqrt

from harness import main


class Point:
    __slots__ = ("x", "y", "z")

    def __init__(self, i):
        self.x = x = sin(i)
        self.y = cos(i) * 3
        self.z = (x * x) / 2

    def __repr__(self):
        return f"<{self.x:.9f} {self.y:.9f} {self.z:.9f}>"

    def normalize(self):
        x, y, z = self.x, self.y, self.z
        norm = sqrt(x * x + y * y + z * z)
        self.x = x / norm
        self.y = y / norm
        self.z = z / norm

    def maximize(self, other):
        self.x = self.x if self.x > other.x else other.x
        self.y = self.y if self.y > other.y else other.y
        self.z = self.z if self.z > other.z else other.z
        return self


def bench(n):
    for _ in range(3):
        points = [Point(i) for i in range(n)]
        for point in points:
            point.normalize()
        top = points[0]
        for point in points[1:]:
            top = top.maximize(point)
    return top


if __name__ == "__main__":
    main(lambda n: repr(bench(n)), 350000)
