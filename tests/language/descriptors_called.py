"""__get__ called by hand, and chains of class methods."""

# classmethod(f) hands the class to f.__get__ when f has one (3.9 to 3.12)
class A:
    @classmethod
    @property
    def p(cls): return cls.__name__
    def foo(cls): return 'spam'
class B:
    bar = classmethod(A().foo)
try: print(B.bar())
except TypeError as e: print(e)
print(A.p)
class C:
    def f1(cls): return cls
    f2 = classmethod(classmethod(f1))
print(C.f2() is C)
class S:
    s = classmethod(staticmethod(lambda *a: len(a)))
try: print(S.s())
except TypeError as e: print(e)


# __get__ of a built-in class method with a second argument that is no class
d = dict.__dict__['fromkeys']
for a in (None, None), (42,), (None, int), (None, 42):
    try: print(d.__get__(*a))
    except TypeError as e: print(e)
