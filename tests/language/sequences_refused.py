# Iterables whose __iter__ fails or returns no iterator, where lists take a sequence.
class Odd:
    def __iter__(self): return 5
class Raises:
    def __iter__(self): raise TypeError("mine")
class Value:
    def __iter__(self): raise ValueError("mine")
class Gen:
    def __iter__(self): yield from (1, 2)

def t(s):
    try: exec(s, globals()); print(s, l)
    except Exception as e: print(s, type(e).__name__, e)
for k in ("Odd","Raises","Value","Gen"):
    l=[1,2,3]
    for s in (f"l[1:]={k}()", f"l[::2]={k}()", f"l+={k}()", f"l.extend({k}())", f"l=sorted({k}())", f"l[:]={k}()"): t(s)
