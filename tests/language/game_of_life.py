"""A longer program: sets and dicts of tuples, classes with operators, generators feeding generators."""
from collections import Counter, deque
from functools import reduce


class Life:
    def __init__(self, cells): self.cells = frozenset(cells)
    @classmethod
    def parse(cls, text): return cls(
        (x, y) for y, line in enumerate(text.split("/")) for x, c in enumerate(line) if c == "O"
    )
    def __iter__(self):
        current = self
        while True:
            yield current
            current = current.step()
    def step(self):
        around = Counter(
            (x + dx, y + dy) for x, y in self.cells for dx in (-1, 0, 1) for dy in (-1, 0, 1) if dx or dy
        )
        return Life(cell for cell, n in around.items() if n == 3 or n == 2 and cell in self.cells)
    def __eq__(self, other): return isinstance(other, Life) and self.cells == other.cells
    def __hash__(self): return hash(self.cells)
    def __len__(self): return len(self.cells)
    def __add__(self, move): return Life((x + move[0], y + move[1]) for x, y in self.cells)
    def __or__(self, other): return Life(self.cells | other.cells)
    def __str__(self):
        xs, ys = [c[0] for c in self.cells], [c[1] for c in self.cells]
        return "\n".join("".join("O" if (x, y) in self.cells else "." for x in range(min(xs), max(xs) + 1)) for y in range(min(ys), max(ys) + 1))


glider = Life.parse(".O./..O/OOO")
for i, state in zip(range(5), glider): print(f"generation {i}: {len(state)} cells\n{state}")
assert state == glider + (1, 1) and state != glider and len({state, glider + (1, 1)}) == 1
acorn = Life.parse(".O...../...O.../OO..OOO")
sizes = [len(s) for _, s in zip(range(60), acorn)]
print(sizes)
blinker = Life.parse("OOO")
seen = {}
state = blinker | (glider + (20, 20))
for generation, state in enumerate(state):
    if state in seen or generation > 20: break
    seen[state] = generation
print(generation, len(state), sorted(reduce(lambda a, b: a | b, [blinker, blinker + (1, 0)]).cells))


def bfs(grid, start, goal):
    """Shortest path through a maze."""
    walls = {(r, c) for r, row in enumerate(grid) for c, v in enumerate(row) if v == "#"}
    queue, came = deque([start]), {start: None}
    while queue:
        here = queue.popleft()
        if here == goal: break
        for dr, dc in ((0, 1), (1, 0), (0, -1), (-1, 0)):
            there = here[0] + dr, here[1] + dc
            if there not in came and there not in walls and 0 <= there[0] < len(grid) and 0 <= there[1] < len(grid[0]):
                came[there] = here
                queue.append(there)
    path = []
    while goal is not None: path.append(goal); goal = came[goal]
    return path[::-1]


maze = ["..#....", ".##.##.", "....#..", ".##.#.#", "...#..."]
path = bfs(maze, (0, 0), (4, 6))
print(len(path), path)
print("\n".join("".join("*" if (r, c) in path else v for c, v in enumerate(row)) for r, row in enumerate(maze)))


class Matrix:
    def __init__(self, rows): self.rows = [list(r) for r in rows]
    def __matmul__(self, o): return Matrix([sum(a * b for a, b in zip(r, c)) for c in zip(*o.rows)] for r in self.rows)
    def __pow__(self, n):
        result, base = Matrix([int(i == j) for j in range(len(self.rows))] for i in range(len(self.rows))), self
        while n:
            if n & 1: result = result @ base
            base = base @ base
            n >>= 1
        return result
    def __getitem__(self, ij): return self.rows[ij[0]][ij[1]]
    def __repr__(self): return f"Matrix({self.rows})"
    def T(self): return Matrix(zip(*self.rows))


m = Matrix([[1, 1], [1, 0]])
print(m ** 10, (m ** 300)[0, 1], m.T() @ Matrix([[1, 2], [3, 4]]))


def permutations(items):
    if not items: yield []
    for i, x in enumerate(items):
        for rest in permutations(items[:i] + items[i + 1:]): yield [x, *rest]


def hanoi(n, a="A", b="B", c="C"):
    if n: yield from hanoi(n - 1, a, c, b); yield a, c; yield from hanoi(n - 1, b, a, c)


print(
    sum(1 for _ in permutations(list(range(6)))), ["".join(p) for p in permutations(list("abc"))],
    len(list(hanoi(8))), list(hanoi(2))
)
