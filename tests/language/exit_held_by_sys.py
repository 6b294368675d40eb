"""What sys holds outlives the modules: no code of the program runs when it goes, whatever it would do."""
import sys
import weakref


class Noted:
    def __del__(self):
        print("never seen", len(str(self)))


def waits():
    try:
        yield 1
    finally:
        print("never seen")


sys.noted = Noted()
sys.noted.cycle = sys.noted
sys.plain = Noted()
sys.waits = waits()
next(sys.waits)
sys.items = [sys.waits, weakref.ref(sys.noted, lambda reference: print("never seen"))]
sys.items.append(sys.items)
print("end")
