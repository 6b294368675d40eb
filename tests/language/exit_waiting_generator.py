"""A generator that waits in a try statement at the end, in a cycle: its finally clause runs."""


def waits():
    try:
        yield 1
    finally:
        print("finally")


items = [waits()]
items.append(items)
next(items[0])
print("end")
