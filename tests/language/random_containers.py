"""Random operations on lists, dicts and sets; whatever they do or raise is printed. Sets hold only ints and tuples of
ints, whose order CPython fixes."""

from support import Random, attempt


class Key:
    def __init__(self, value):
        self.value = value

    def __hash__(self):
        return self.value % 3

    def __eq__(self, other):
        return isinstance(other, Key) and self.value == other.value

    def __repr__(self):
        return f"Key{self.value}"


def bound(random):
    return None if random.below(5) == 0 else random.below(14) - 7


def change_list(a, random):
    def assign(key, items):
        a[key] = items
        return len(a)

    def delete(key):
        del a[key]
        return len(a)

    i, n = random.below(20) - 10, random.below(100)
    part = slice(bound(random), bound(random), random.below(7) - 3)
    plain = slice(bound(random), bound(random))
    operations = [
        lambda: a.append(n),
        lambda: a.extend(range(n % 6)),
        lambda: a.insert(i, n),
        lambda: a.pop(i),
        lambda: a.remove(n % 5),
        lambda: a.index(n % 5, i),
        lambda: a.count(n % 5),
        lambda: assign(i, n),
        lambda: assign(plain, [n, i]),
        lambda: assign(part, [1, 2]),
        lambda: assign(part, [0] * len(a[part])),
        lambda: delete(i),
        lambda: delete(plain),
        lambda: delete(part),
        lambda: a[part],
        lambda: a.sort(reverse=n % 2 == 1),
        lambda: a.sort(key=lambda x: -(x % 7)),
        lambda: a.reverse(),
        lambda: (a < a[1:], a == a[:], tuple(a) >= (3,), list(reversed(a)), list(zip(a, a[1:]))),
    ]
    return operations[random.below(len(operations))]


def make_key(random):
    kind, n = random.below(5), random.below(12)
    return [n, f"text {n}", (n, n // 2), n / 2, Key(n)][kind]


def change_dict(d, random):
    key, other = make_key(random), {make_key(random): 1, make_key(random): 2}
    operations = [
        lambda: d.update({key: len(d)}),
        lambda: d.update(other),
        lambda: d.setdefault(key, len(d)),
        lambda: d.pop(key),
        lambda: d.popitem(),
        lambda: d.__delitem__(key),
        lambda: d[key],
        lambda: (d | other == other | d, list(reversed(d)), list(d.values())),
        lambda: (key in d, d.keys() >= other.keys(), len(d.items() & other.items())),
    ]
    return operations[random.below(len(operations))]


def change_set(s, random):
    def item():
        n = random.below(40) - 8
        return (n, n + 1) if n % 5 == 0 else n * n * n if n % 7 == 0 else n

    one, more = item(), {item() for _ in range(random.below(12))}
    operations = [
        lambda: s.add(one),
        lambda: s.add(one),
        lambda: s.discard(one),
        lambda: s.remove(one),
        lambda: s.pop(),
        lambda: s.update(more),
        lambda: s.intersection_update(more | {one}),
        lambda: s.difference_update(more),
        lambda: s.symmetric_difference_update(more),
        lambda: (list(s | more), list(s & more), list(s - more), list(s ^ more), s <= more, s.isdisjoint(more)),
        lambda: hash(frozenset(s)),
    ]
    return operations[random.below(len(operations))]


for seed in range(12):
    random = Random(seed)
    for container, change in (([], change_list), ({}, change_dict), (set(), change_set)):
        for _ in range(120):
            attempt(change(container, random))
            if len(container) > 60:
                container.clear()
        print(list(container))
