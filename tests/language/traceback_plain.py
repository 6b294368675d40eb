"""An uncaught exception deep in calls: the traceback with its carets on standard error, status 1."""
class Thing:
    def method(self, depth):
        if depth:
            return self.method(depth - 1)
        return helper(depth, [1, 2, 3])


def helper(a, items):
    total = a + 1
    return (total
            + items[total] + items["key"].attribute)


print("before")
value = Thing().method(2) + len("never")
print("not reached")
