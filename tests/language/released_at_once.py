"""What a global name of a function keeps is released with the name, though the function was used by it."""

import weakref


class Resource:
    def use(self):
        return 1

    def __del__(self):
        print("released")


def opener():
    resource = Resource()

    def use():
        return resource.use()

    return use


use = opener()
for _ in range(3):
    use()
print("closure")
use = None

bound = Resource().use
for _ in range(3):
    bound()
print("bound method")
del bound

append = [Resource()].append
for _ in range(3):
    append(0)
print("method of a list")
append = None

Kind = type("Kind", (Resource,), {})
for _ in range(3):
    instance = Kind()
    instance.use()
print("instance")
del instance
print(weakref.ref(Kind)() is Kind)
