print("import plain as", __name__, "in", __package__)
value = 42


def where():
    return __name__


class Thing:
    pass
