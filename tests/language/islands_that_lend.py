"""Islands whose members must tell others when they go: buffers, views of views, scanners, classes, frames, weak references."""

import gc
import io
import re
import threading
import weakref

ROUNDS = 400


class Stream(io.BytesIO):
    pass


class Text(io.StringIO):
    pass


class Bytes(bytearray):
    pass


class Box:
    pass


def ring_of(*members):
    box = Box()
    box.members = members
    for member in members:
        if hasattr(member, "__dict__"):
            member.box = box
    box.self = box
    return box


def stream_and_buffer(i):
    stream = Stream(b"abc" * (i % 5))
    stream.view = stream.getbuffer()
    stream.others = [memoryview(b"x") for _ in range(i % 7)]


def views_of_views(i):
    data = Bytes(b"abcdef")
    data.view = memoryview(memoryview(memoryview(data)[1:])[1:])
    data.more = [data.view[k:] for k in range(i % 4)]


def view_before_its_owner(i):
    box = Box()
    view = memoryview(bytearray(10))
    data = Bytes(b"xyz")
    box.first, box.data, box.view, box.self = view, data, memoryview(data), box
    data.box = box


def view_of_what_lives(i, kept=bytearray(b"kept")):
    box = Box()
    box.view, box.self = memoryview(kept), box


def scanners(i):
    data = Bytes(b"a1b2")
    data.scanner = re.compile(b"[a-z]").scanner(data)
    data.match = data.scanner.match()
    data.iterator = re.finditer(b"[0-9]", data)
    next(data.iterator)


def classes(i):
    class Base:
        pass

    class Derived(Base):
        x = Base

    class Meta(type):
        pass

    class Made(Derived, metaclass=Meta):
        pass

    Made.instance = Made()
    Made.instance.cls = Made
    Base.derived = Derived
    ring_of(Made(), Derived())


def generators(i):
    box = Box()

    def work(n):
        held = [box, n]
        yield held
        yield n

    box.work = work
    box.running = work(i)
    next(box.running)
    if i % 2:
        box.frame = box.running.gi_frame
    box.fresh = work(i)
    box.expression = (x for x in [box, 1, 2])
    next(box.expression)


def frames(i):
    box = Box()
    try:
        raise ValueError(i)
    except ValueError as error:
        box.error = error
    box.traceback = box.error.__traceback__


def references(i):
    a, b = Box(), Box()
    a.b, b.a = b, a
    a.weak = weakref.ref(b)
    b.weak = weakref.ref(a, lambda reference: None)
    a.proxy = weakref.proxy(b)
    a.values = weakref.WeakValueDictionary({1: b})
    a.keys = weakref.WeakKeyDictionary({b: a})


def iterators(i):
    box = Box()
    items = [box, 1, 2]
    table = {1: box, 2: items}
    box.all = [iter(items), iter(table), iter(table.items()), reversed(items), zip(items, table), map(len, [items]),
               enumerate(items), iter({1, 2}), iter(box.__dict__.values()), iter(lambda: box, None)]


def wrappers(i):
    raw = Stream(b"line\n" * 3)
    reader = io.BufferedReader(raw)
    text = io.TextIOWrapper(reader, encoding="utf-8")
    raw.reader, raw.text = reader, text
    pair = io.BufferedRWPair(Stream(b"x"), Stream())
    ring_of(Text("x"), pair)


def locals_of_threads(i):
    local = threading.local()
    local.me = local
    local.box = Box()
    local.box.local = local


def main():
    for make in (stream_and_buffer, views_of_views, view_before_its_owner, view_of_what_lives, scanners, classes,
                 generators, frames, references, iterators, wrappers, locals_of_threads):
        rounds = ROUNDS // 8 if make is classes else ROUNDS
        for i in range(rounds):
            make(i)
        gc.collect()
        print(make.__name__)
    kept = view_of_what_lives.__defaults__[0]
    kept.append(1)  # nobody looks at it any more
    print(len(kept))
    stream = Stream(b"abc")
    stream.view = stream.getbuffer()
    box = Box()
    box.view, box.self = stream.getbuffer(), box
    del box
    gc.collect()
    stream.view.release()
    print(stream.write(b"longer than before"), stream.getvalue())


main()
