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
# Names that only the tables of built-in classes hold at the end.
exec("import sys as m; m.name_of_this_case = 1")
exec("try: [].no_such_name_in_lists\nexcept AttributeError as e: print(e)")
