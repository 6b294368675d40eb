# The generator beneath random: the same numbers as everywhere, for all kinds of seeds; state in and out; errors.
import _random


def show(f, *args, **kwargs):
    try:
        r = f(*args, **kwargs)
    except Exception as e:
        r = type(e).__name__, str(e)
    print(f if isinstance(f, type) else f.__name__, str(args)[:60], kwargs, '->', r)


class Index:
    def __index__(self):
        return 70


class Number(int):
    def __abs__(self):
        raise RuntimeError('not to be called')


for seed in 0, 1, -1, 2 ** 31, 2 ** 32, 2 ** 61, 2 ** 64 + 5, -3 ** 500, 7 ** 9000, 1.5, (1, 2.5), None is None, Number(-9), 2.0 ** 70:
    r = _random.Random(seed)
    print(repr(seed)[:20], r.random(), r.getrandbits(1), r.getrandbits(32), r.getrandbits(33), r.getrandbits(1000), r.random())
r = _random.Random(42)
print([r.random() for _ in range(700)][-2:], r.getrandbits(0), hash(r.getrandbits(5000)), r.getrandbits(Index()))
state = r.getstate()
a = [r.getrandbits(40) for _ in range(400)]
print(len(state), state[:2], state[-1], type(state))
r.setstate(state)
print(a == [r.getrandbits(40) for _ in range(400)], hash(tuple(a)))
r.setstate((2 ** 40 + 5,) * 624 + (1,))
print(r.random(), r.getstate()[:2])
r.seed()
b = r.random()
r.seed(None)
print(b != r.random())
show(_random.Random, 1, 2)
show(_random.Random, x=1)
show(_random.Random, [])
for args in ((1, 2), ([],)):
    show(r.seed, *args)
for args in ((-1,), (2 ** 40,), (1.5,), ()):
    show(r.getrandbits, *args)
for state in 5, (), (1.0,) * 625, (-1,) * 625, (2 ** 64,) * 625, (1,) * 624 + (625,), (1,) * 624 + (-1,), (1,) * 624 + (2 ** 70,):
    show(r.setstate, state)


class Plain(_random.Random):
    pass


class Own(_random.Random):
    def __init__(self, a, b=5):
        super().__init__(a)


show(Plain, a=3)
print(Own(1, b=3).random(), Plain(1).random())
