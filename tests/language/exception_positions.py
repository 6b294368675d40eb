"""Where errors happened, by tb_lasti and co_positions: also in instructions with caches."""


class A:
    @property
    def broken(self):
        raise ValueError


a = A()


def name_in_list():
    return [1, undefined, 2]


def attribute():
    return [1, a.undefined, 2]


def method():
    return [1, a.undefined(3), 2]


def store():
    a.undefined.b = 3


def annotations():
    def inner(a: undefined, b: int = 3) -> int:
        return 0


def default():
    def inner(a=undefined):
        pass


def called():
    undefined(1)


def in_text():
    return f"{undefined} {a}"


def operator():
    return 1 + (a - 2)


def item():
    return a[1] + 2


def compared():
    return 1 if a < 1 else 2


def broken():
    return 1 + a.broken


for function in [name_in_list, attribute, method, store, annotations, default, called, in_text, operator, item,
                 compared, broken]:  # fmt: skip
    try:
        function()
    except Exception as e:
        entry = e.__traceback__.tb_next
        first = entry.tb_frame.f_code.co_firstlineno
        line, last, column, end = list(entry.tb_frame.f_code.co_positions())[entry.tb_lasti // 2]
        print(function.__name__, line - first, last - first, column, end, entry.tb_lasti == entry.tb_frame.f_lasti)
