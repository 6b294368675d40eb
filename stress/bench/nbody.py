"""Floats in attributes and lists: the outer planets, symplectic steps."""

import math

from harness import main

DAYS = 365.24


class Planet:
    def __init__(self, mass, x, y, z, vx, vy, vz):
        self.mass = mass * 4 * math.pi * math.pi
        self.x, self.y, self.z = x, y, z
        self.vx, self.vy, self.vz = vx * DAYS, vy * DAYS, vz * DAYS


def planets():
    return [
        Planet(1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0),
        Planet(9.55e-4, 4.841, -1.160, -0.1036, 1.660e-3, 7.699e-3, -6.905e-5),
        Planet(2.86e-4, 8.343, 4.125, -0.4035, -2.767e-3, 4.999e-3, 2.304e-5),
        Planet(4.37e-5, 12.894, -15.111, -0.2233, 2.965e-3, 2.378e-3, -2.966e-5),
        Planet(5.15e-5, 15.380, -25.919, 0.1793, 2.681e-3, 1.628e-3, -9.516e-5),
    ]


def energy(bodies):
    total = 0.0
    for i, a in enumerate(bodies):
        total += 0.5 * a.mass * (a.vx * a.vx + a.vy * a.vy + a.vz * a.vz)
        for b in bodies[i + 1 :]:
            total -= a.mass * b.mass / math.sqrt((a.x - b.x) ** 2 + (a.y - b.y) ** 2 + (a.z - b.z) ** 2)
    return total


def advance(bodies, pairs, dt):
    for a, b in pairs:
        dx = a.x - b.x
        dy = a.y - b.y
        dz = a.z - b.z
        square = dx * dx + dy * dy + dz * dz
        pull = dt / (square * math.sqrt(square))
        mass = b.mass * pull
        a.vx -= dx * mass
        a.vy -= dy * mass
        a.vz -= dz * mass
        mass = a.mass * pull
        b.vx += dx * mass
        b.vy += dy * mass
        b.vz += dz * mass
    for body in bodies:
        body.x += dt * body.vx
        body.y += dt * body.vy
        body.z += dt * body.vz


def bench(steps):
    bodies = planets()
    pairs = [(a, b) for i, a in enumerate(bodies) for b in bodies[i + 1 :]]
    for _ in range(steps):
        advance(bodies, pairs, 0.01)
    return f"{energy(bodies):.12f}"


if __name__ == "__main__":
    main(bench, 350000)
