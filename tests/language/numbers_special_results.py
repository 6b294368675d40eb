"""What int(), float() and complex() make of subclasses with special methods of their own, and of odd results."""
import warnings
warnings.simplefilter('always')


class SubFloat(float):
    def __float__(self):
        return 42.0


class OddFloat(float):
    def __float__(self):
        return SubFloat(7)


class FloatText(str):
    def __float__(self):
        return float(str(self)) + 1


class SubComplex(complex):
    def __complex__(self):
        return 42j


class OddComplex(complex):
    def __complex__(self):
        return SubComplex(3)


class WrongComplex(complex):
    def __complex__(self):
        return None


class Truth:
    def __index__(self):
        return True


class IntTruth(int):
    def __int__(self):
        return True


for make, given in ((float, SubFloat(1)), (float, OddFloat(1)), (float, FloatText('8')), (float, type('S', (str,), {})('8')),
                    (complex, SubComplex(1)), (complex, OddComplex(1)), (complex, WrongComplex(1)), (complex, 1 + 2j),
                    (int, Truth()), (int, IntTruth(5)), (float, Truth()), (complex, Truth()), (range, Truth())):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter('always')
        try:
            print(repr(make(given)), type(make(given)).__name__, end=' ')
        except TypeError as error:
            print(error, end=' ')
    print([str(w.message)[:60] for w in caught])
text = 'abc'
print(text.__getnewargs__(), text.__getnewargs__()[0] is text)
