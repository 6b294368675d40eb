"""Gravitation among the bodies of a small cluster, forces computed by several threads in step.

    nbody.py [THREADS [STEPS]]

In each step every thread computes the accelerations of its share of the bodies, waits for the others at a
barrier, moves its bodies and waits again. Sums are taken in a fixed order, so the number of threads does
not change the last digit.
"""

import math
import sys
import threading

BODIES = 24
STEP = 0.005
SOFTENING = 0.02


class Vector:
    """A point or an arrow in space; immutable by convention."""

    __slots__ = ("x", "y", "z")

    def __init__(self, x, y, z):
        self.x = x
        self.y = y
        self.z = z

    def __add__(self, other):
        return Vector(self.x + other.x, self.y + other.y, self.z + other.z)

    def __sub__(self, other):
        return Vector(self.x - other.x, self.y - other.y, self.z - other.z)

    def __mul__(self, factor):
        return Vector(self.x * factor, self.y * factor, self.z * factor)

    def norm2(self):
        return self.x * self.x + self.y * self.y + self.z * self.z

    def __repr__(self):
        return f"({self.x:.6f}, {self.y:.6f}, {self.z:.6f})"


class Body:
    def __init__(self, mass, position, velocity):
        self.mass = mass
        self.position = position
        self.velocity = velocity
        self.acceleration = Vector(0.0, 0.0, 0.0)


def make_cluster():
    """Return bodies on a tilted ring about a heavy one, each with nearly the speed of a circular orbit."""
    bodies = [Body(100.0, Vector(0.0, 0.0, 0.0), Vector(0.0, 0.0, 0.0))]
    for i in range(1, BODIES):
        angle = 2.0 * math.pi * i / (BODIES - 1)
        radius = 2.0 + (i * 7 % 11) * 0.35
        speed = math.sqrt(100.0 / radius)
        position = Vector(radius * math.cos(angle), radius * math.sin(angle), 0.1 * math.sin(3 * angle))
        velocity = Vector(-speed * math.sin(angle), speed * math.cos(angle), 0.0)
        bodies.append(Body(0.1 + (i % 5) * 0.2, position, velocity))
    return bodies


def energy(bodies):
    """Kinetic and potential energy of the whole cluster."""
    total = 0.0
    for i, body in enumerate(bodies):
        total += 0.5 * body.mass * body.velocity.norm2()
        for other in bodies[i + 1 :]:
            distance = math.sqrt((body.position - other.position).norm2() + SOFTENING)
            total -= body.mass * other.mass / distance
    return total


def attract(body, bodies):
    """Set the acceleration of one body from the places of all others."""
    ax = ay = az = 0.0
    here = body.position
    for other in bodies:
        if other is not body:
            there = other.position
            dx = there.x - here.x
            dy = there.y - here.y
            dz = there.z - here.z
            square = dx * dx + dy * dy + dz * dz + SOFTENING
            pull = other.mass / (square * math.sqrt(square))
            ax += dx * pull
            ay += dy * pull
            az += dz * pull
    body.acceleration = Vector(ax, ay, az)


def simulate(bodies, mine, steps, barrier):
    """What each thread does: its own bodies, in step with the others."""
    for _ in range(steps):
        for body in mine:
            attract(body, bodies)
        barrier.wait()
        for body in mine:
            body.velocity = body.velocity + body.acceleration * STEP
            body.position = body.position + body.velocity * STEP
        barrier.wait()


def main(argv):
    threads = int(argv[1]) if len(argv) > 1 else 2
    steps = int(argv[2]) if len(argv) > 2 else 3000
    bodies = make_cluster()
    before = energy(bodies)
    barrier = threading.Barrier(threads)
    crew = [
        threading.Thread(target=simulate, args=(bodies, bodies[i::threads], steps, barrier)) for i in range(threads)
    ]
    for thread in crew:
        thread.start()
    for thread in crew:
        thread.join()
    after = energy(bodies)
    print(f"{BODIES} bodies, {steps} steps")
    print(f"energy before {before:.9f}")
    print(f"energy after  {after:.9f}")
    print(f"drift {abs(after - before) / abs(before):.3e}")
    for body in bodies[:4]:
        print(f"{body.mass:6.2f} at {body.position!r}")


if __name__ == "__main__":
    main(sys.argv)
