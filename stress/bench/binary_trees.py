"""Allocation and prompt freeing: binary trees of many depths."""

from harness import main


class Tree:
    def __init__(self, left, right):
        self.left = left
        self.right = right

    def check(self):
        left = self.left
        if left is None:
            return 1
        return 1 + left.check() + self.right.check()


def make_tree(depth):
    if depth == 0:
        return Tree(None, None)
    depth -= 1
    return Tree(make_tree(depth), make_tree(depth))


def bench(deepest):
    lines = []
    long_lived = make_tree(deepest)
    for depth in range(4, deepest + 1, 4):
        count = 1 << (deepest - depth + 4)
        total = 0
        for _ in range(count):
            total += make_tree(depth).check()
        lines.append(f"{count}/{depth}/{total}")
    lines.append(str(long_lived.check()))
    return " ".join(lines)


if __name__ == "__main__":
    main(bench, 15)
