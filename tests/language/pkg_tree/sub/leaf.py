from ..plain import Thing
from . import __name__ as parent_name
leaf_name = __name__


def load_up():
    from ... import nothing
