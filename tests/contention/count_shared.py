"""An object that all threads count: it is read from an attribute."""

from support import together


class Settings:
    pass


settings = Settings()
settings.names = ["a", "b"]


def work():
    for _ in range(1000):
        settings.names  # guilty: count


together(work, work, work)
