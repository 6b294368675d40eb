"""Parameters of generic aliases and unions: many for one (*Ts), unpacked tuples, what typing's hooks return; *alias."""
import copy
import pickle
import time
from typing import Callable, ParamSpec, TypeVar, TypeVarTuple, Unpack

T, S, P, Ts = TypeVar("T"), TypeVar("S"), ParamSpec("P"), TypeVarTuple("Ts")

for alias, argument in [
    (tuple[*Ts], ()), (tuple[*Ts], int), (tuple[*Ts], (int, str)), (tuple[T, *Ts], (int, str, bool)),
    (tuple[*Ts, T], (int, *tuple[str, ...], bool)), (dict[T, S], (*tuple[int, str],)), (list[T], (*tuple[int],)),
    (tuple[T, *tuple[tuple[*Ts], ...]], (int, str, bool)), (list[Unpack[Ts]], (int, str)), (int | list[T], str),
    (list[T] | dict[S, T], (int, str)), (list[T], (int, str)), (dict[T, S], int), (tuple[T, *Ts], ()),
    (list[Callable[P, T]], ([int], str)), (list[int], int), (tuple[T, *Ts], (*Ts, T)),
]:
    try:
        print(alias, alias.__parameters__, alias[argument])
    except TypeError as e:
        print(alias, type(e).__name__, e)

star = next(iter(tuple[int, str]))
print(star, star.__unpacked__, star.__typing_unpacked_tuple_args__, copy.copy(star) == star, copy.deepcopy(star))
print(pickle.loads(pickle.dumps(tuple[star, T.__class__])), type(iter(list[int])), list(iter(list[int])))
i = iter(list[int])
print(i.__reduce__()[1], next(i), list(i))
print((int | str).__module__, list[int].__module__)


class Odd:
    """A parameter whose hooks return what they please."""

    def __init__(self, prepared=None, substituted=None, unpacked=False):
        self.prepared, self.substituted, self.__typing_is_unpacked_typevartuple__ = prepared, substituted, unpacked

    def __typing_prepare_subst__(self, alias, args):
        return args if self.prepared is None else self.prepared

    def __typing_subst__(self, arg):
        return arg if self.substituted is None else self.substituted

    def __repr__(self):
        return "Odd"


for odd in Odd(), Odd(prepared=5), Odd(prepared=(1, 2)), Odd(substituted=7), Odd(substituted=(7, 8), unpacked=True):
    try:
        print(list[odd][int])
    except TypeError as e:
        print(e)

for arguments in [((1,) * 9, None), ((1,) * 9, 5), ((1,) * 9, {"tm_zone": "x", "other": 2}), ((1,) * 8,)]:
    try:
        print(time.struct_time(*arguments).tm_zone)
    except TypeError as e:
        print(e)
