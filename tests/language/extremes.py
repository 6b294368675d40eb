# min and max: arguments, keys, defaults, what raises, what is kept while a key function changes the container.
def attempt(text):
    try:
        print(text, "->", repr(eval(text)))
    except Exception as e:
        print(text, "->", type(e).__name__, e)


for text in [
    "max()", "max(x=1)", "max(1)", "max([])", "max([], default=3)", "max(1, 2, default=3)", "max(1, 2, x=3)", "min(key=len)",
    "max(*range(10), key=lambda v: -v)", "min('abc')", "max(1, 'a')", "min([3, 1, 2], key=None)", "max([1], [2], key=len)", "min(1, 2)",
    "max(iter([1, 5, 2]))", "max(1, 2, key=3)", "max(1.5, True, 10**30)", "min(float('nan'), 1)", "min(1, float('nan'))", "max((), default=None)",
    "memoryview(b'abcd').cast('B', shape=5)", "memoryview(b'abcd').cast('zz', shape=5)", "memoryview(b'abcd').cast('B', None)",
]:
    attempt(text)


class Compared:
    def __init__(self, v):
        self.v = v

    def __lt__(self, other):
        changing.clear()
        if other.v == 7:
            raise ValueError("compared")
        return self.v < other.v

    __gt__ = __lt__

    def __repr__(self):
        return f"Compared({self.v})"


changing = [Compared(i) for i in (3, 1, 2)]
print(min(changing), changing)
changing = [Compared(i) for i in (3, 7, 2)]
attempt("min(changing)")
attempt("min(Compared(1), Compared(0))")
attempt("min(Compared(7), Compared(0), key=lambda v: v)")
