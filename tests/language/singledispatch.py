"""functools.singledispatch and singledispatchmethod: by type, by annotation, along bases and abstract ones."""
import collections.abc
import functools
from support import attempt


@functools.singledispatch
def show(v, extra=None):
    """Show a value."""
    return 'object', extra


@show.register
def _(v: int, extra=None):
    return 'int', extra


@show.register
def show_text(v: str | bytes, extra=None):
    return 'text', extra


@show.register(list)
@show.register(tuple)
def _(v, extra=None):
    return 'items', len(v), extra


show.register(type(None), lambda v, extra=None: ('nothing', extra))


class Animal:
    pass


class Dog(Animal):
    pass


show.register(Animal, lambda v, extra=None: 'animal')
for v in (1, True, 1.5, 'a', b'a', [1, 2], (1,), None, Dog(), Animal(), {}, show):
    print(type(v).__name__, show(v), show(v, extra=1) if type(v) is not Dog else '')
print(show.__name__, show.__doc__, show.dispatch(bool)(True), show_text('x'), sorted(t.__name__ for t in show.registry))
show.register(collections.abc.Mapping, lambda v, extra=None: 'mapping')
show.register(collections.abc.Sized, lambda v, extra=None: 'sized')
print(show({}), show(set()), show([]), show(range(3)), show(collections.OrderedDict()))


class P(collections.abc.Sized):
    def __len__(self):
        return 0


class Both(P, collections.abc.Iterable):
    def __iter__(self):
        return iter(())


show.register(collections.abc.Iterable, lambda v, extra=None: 'iterable')
print(show(P()))
attempt(show, Both())
attempt(show)
attempt(show.register, 5)
attempt(show.register, lambda v: v)


def wrong(v: 5):
    return v


attempt(show.register, wrong)


class Negator:
    @functools.singledispatchmethod
    def neg(self, v):
        raise NotImplementedError(f'cannot negate {type(v).__name__}')

    @neg.register
    def _(self, v: int):
        return -v

    @neg.register
    def _(self, v: bool):
        return not v

    @functools.singledispatchmethod
    @classmethod
    def make(cls, v):
        return cls.__name__, v

    @make.register
    @classmethod
    def _(cls, v: str):
        return cls.__name__, v.upper()


print(Negator().neg(5), Negator().neg(True), Negator.make(3), Negator().make('x'))
attempt(Negator().neg, 'a')
