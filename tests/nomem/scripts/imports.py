# Imports: a module beside the script, a missing one, parts of the standard library.
import functools

import helper_module
from helper_module import Pair, pairs

try:
    import no_such_module_anywhere
except ModuleNotFoundError as error:
    print(error)
print(helper_module.__name__, helper_module.__doc__, Pair(1, 2), pairs(3), list(helper_module.ordered.items()))


@functools.lru_cache(maxsize=8)
def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)


print(fib(30), fib.cache_info(), functools.reduce(lambda a, b: a * b, range(1, 20)))
