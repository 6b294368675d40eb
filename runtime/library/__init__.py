"""What Atoll offers to programs beyond Python's own library.

contention: a context manager that reports where threads disturb one another.
"""

from atoll.collect import contention

__all__ = ["contention"]
