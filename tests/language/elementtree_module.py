"""_elementtree: elements as sequences, walks through trees that change, builders, parsers, copies and pickles, refusals."""
import copy
import io
import pickle
import random
import xml.etree.ElementTree as ET

chosen = random.Random(3)


def show(function, *args, **kwargs):
    try:
        return repr(function(*args, **kwargs))
    except Exception as error:
        return f"{type(error).__name__}: {error}"


def flat(element):
    return [element.tag, element.attrib, element.text, element.tail, [flat(child) for child in element]]


def tree():
    root = ET.Element("root", {"a": "1"}, b="2")
    for tag in "abcab":
        child = ET.SubElement(root, tag, n=tag)
        child.text, child.tail = tag.upper(), "." if tag != "c" else None
        ET.SubElement(child, "leaf").text = "leaf of " + tag
    return root


# As a sequence.
root = tree()
print(flat(root), len(root), root[0].tag, root[-1].tag, [e.tag for e in root[1:4]], [e.tag for e in root[::-2]])
for key in 5, -6, "a", 1.5, 10**30, None, slice(1, None, 0), slice("a", None):
    print(key, show(lambda: root[key]), show(root.__setitem__, key, ET.Element("x")), show(root.__delitem__, key))
for _ in range(60):
    start, stop, step = (chosen.choice([None, -7, -3, -1, 0, 1, 2, 4, 9]) for _ in range(3))
    given = chosen.choice([[], [ET.Element("n")], [ET.Element("n"), ET.Element("m")], (ET.Element("t"),), 5, [1], "ab"])
    changed = tree()
    first, last, _ = slice(start, stop, step).indices(5) if step else (0, 0, 0)
    if step in (None, 1) and first > last:
        continue  # CPython moves the wrong children
    print(start, stop, step, show(lambda: changed.__setitem__(slice(start, stop, step), given)), [e.tag for e in changed])
    changed = tree()
    print(show(lambda: changed.__delitem__(slice(start, stop, step))), [e.tag for e in changed])
for index in -9, -1, 0, 3, 99:
    changed = tree()
    changed.insert(index, ET.Element("new"))
    print(index, [e.tag for e in changed])
changed.remove(changed[0])
print(show(changed.remove, ET.Element("a")), show(changed.remove, 1), show(changed.append, "x"), show(changed.extend, [ET.Element("e"), 4]),
      show(changed.extend, 5), show(changed.insert, 0, None), show(changed.insert, "0", changed[0]), len(changed))

# Attributes of all kinds.
print(root.get("a"), root.get("x"), root.get("x", 5), root.keys(), root.items(), show(root.get), show(root.get, []), show(root.set, {}, 1))
for name in "tag", "text", "tail", "attrib":
    print(name, show(delattr, root, name), show(setattr, root, name, {"k": "v"}), show(lambda: getattr(root, name)))
print(show(setattr, root, "attrib", 5), show(setattr, root, "other", 5), bool(root.text), show(ET.Element), show(ET.Element, "a", 5), show(ET.Element, "a", {}, {}),
      flat(ET.Element("a", attrib={"x": "1"}, y="2")), show(ET.Element, "a", attrib=5), flat(ET.Element("a", {"attrib": "z"}, attrib="q")),
      show(ET.SubElement, root), show(ET.SubElement, 5, "a"), show(ET.SubElement, root, "a", 5), show(root.makeelement, "a", 5))
root.clear()
print(flat(root), root.attrib is root.attrib)

# Finding and walking.
root = tree()
for path in "a", "leaf", "a/leaf", "*", ".//leaf", "{x}a", "{*}a", b"a", 5, "", "[", "c[@n='c']":
    print(path, show(lambda: [e.text for e in root.findall(path)]), show(lambda: root.findtext(path, "none")), show(lambda: [e.tag for e in root.iterfind(path)]),
          show(lambda: getattr(root.find(path), "text", None)))
for tag in None, "*", "leaf", "a", b"*", 5:
    print(tag, [e.tag for e in root.iter(tag)])
print(list(root.itertext()), list(root[1].itertext()), list(ET.Element("a").itertext()))
root[0].text, root[1].tail = 5, ["list"]
print(show(lambda: list(root.itertext())))
walk = root.iter()
print([next(walk).tag for _ in range(4)])
root[1].clear()
root[1].extend([ET.Element("late"), root[0]])
print([e.tag for e in walk], next(walk, "ended"), type(walk).__name__, show(type(walk)))


class Tag(str):
    """Compares, and changes the tree meanwhile."""

    def __eq__(self, other):
        root.clear()
        return True

    __hash__ = str.__hash__


for method in "find", "findtext":  # CPython crashes in findall, and in the walk
    root = tree()
    for element in root:
        element.tag = Tag(element.tag)
    print(method, show(lambda: len(getattr(root, method)("b") or ())), len(root))


class Same(ET.Element):
    def __eq__(self, other):
        del root[:]
        return True


root = tree()
root.insert(0, Same("same"))
print(show(root.remove, ET.Element("x")), len(root))

# Copies and pickles.
root = tree()
shared = copy.copy(root)
print(shared.attrib is root.attrib, shared[0] is root[0], shared is root, flat(shared) == flat(root))
root.tag, root.text = ["list"], ET.Element("inside")
deep = copy.deepcopy(root)
print(deep.tag is root.tag, deep.text is root.text, deep.text, flat(deep[1]), deep[0] is root[0], deep.attrib is root.attrib)
root = tree()
for protocol in range(2, 6):
    print(flat(pickle.loads(pickle.dumps(root, protocol))) == flat(root))
print(root.__getstate__().keys(), [show(ET.Element("a").__setstate__, state) for state in (
    5, {}, {"tag": "b", "_children": 5}, {"tag": "c", "_children": [5]}, {"tag": "d", "_children": [root], "attrib": {"x": "y"}, "text": "t"})])
print(show(root.__deepcopy__, 5), repr(root)[:15], show(lambda: {root: 1}[root]))
root.tag = root
print(show(repr, root))
root.tag = "cycle"
root.append(root)

# Builders.
builder = ET.TreeBuilder()
print(builder.data("lost"), builder.start("a", {"k": "v"}).tag, builder.data("x"), builder.data("y"), builder.start("b", {}).tag, builder.end("b").tag, builder.data("z"),
      builder.comment("c"), builder.pi("p", "q"), builder.end("wrong").tag, show(builder.end, "a"), flat(builder.close()), show(builder.start, "c", {}))
print(show(builder.start, "a"), show(builder.start, "a", 5), show(ET.TreeBuilder, 1, 2), show(ET.TreeBuilder(5).start, "a", {}), show(ET.TreeBuilder().end, "x"))
for odd in 5, None, b"bytes", ["x"]:
    builder = ET.TreeBuilder(lambda tag, attrib: [tag, attrib] if tag == "list" else ET.Element(tag, attrib))
    builder.start("a", {})
    print(odd, show(builder.data, odd), show(builder.start, "list", {}), show(builder.end, "list"), show(lambda: builder.close().text), show(lambda: builder.close().find("x")),
          show(lambda: list(builder.close().iter())))
for wanted in {}, {"insert_comments": True}, {"insert_pis": True, "insert_comments": True}, {"comment_factory": str.upper}, {"pi_factory": lambda *a: a}:
    parser = ET.XMLParser(target=ET.TreeBuilder(**wanted))
    parser.feed("<a>1<!-- c -->2<?p q?>3<b/><!--d-->4</a>")
    print(sorted(wanted), [flat(e)[2:4] for e in parser.close().iter()])

# Parsers.
names = []


class Target:
    def __init__(self, *wanted):
        self.wanted = wanted

    def __getattr__(self, name):
        if name in self.wanted:
            return lambda *args: names.append((name, args))
        raise AttributeError(name)


text = '<?xml version="1.0"?><!DOCTYPE r PUBLIC "p" "s" [<!ENTITY e "E">]><r xmlns="urn:d" xmlns:n="urn:n" n:x="1" y="&#228;">t&e;<n:c/><!--c--><?p i?>\u20ac</r>'
for wanted in ("start",), ("start", "end", "data", "close"), ("start_ns", "end_ns", "comment", "pi", "doctype", "close"), ():
    parser = ET.XMLParser(target=Target(*wanted))
    parser.feed(text)
    print(wanted, show(parser.close), names)
    names.clear()
for data in ("", "<a>", '<!DOCTYPE a SYSTEM "x"><a>x&unknown;y</a>', "<a></b>", "<a/><b/>", "<a>&undefined;</a>", "<a x='1' x='2'/>", "\ud800", "<a>\ud800</a>", b"\xff", b'<?xml version="1.0" encoding="iso-8859-15"?><a>\xa4</a>',
             b'<?xml version="1.0" encoding="utf-7"?><a/>', b'<?xml version="1.0" encoding="nonsense"?><a/>', 5, None, "<a>" * 30):
    print(ascii(data)[:60], show(lambda: ascii(flat(ET.fromstring(data)))))
parser = ET.XMLParser()
parser.entity["known"] = "value"
parser.feed('<!DOCTYPE a SYSTEM "x"><a>x&known;y</a>')
print(flat(parser.close()), parser.version[:6], type(parser.target).__name__, show(parser.feed, "<b/>"), show(parser.close), show(ET.XMLParser, encoding=5))
print(show(ET.XMLParser.__new__(ET.XMLParser).feed, "x"), show(ET.XMLParser.__new__(ET.XMLParser).close))
try:
    ET.fromstring("<a>\n  <b></a>")
except ET.ParseError as error:
    print(error, error.code, error.position)
for events in None, (), ("start", "end", "start-ns", "end-ns", "comment", "pi"), ("bogus",), (5,), 5:
    def walk():
        return [(event, e.tag if ET.iselement(e) else e) for event, e in ET.iterparse(io.StringIO(text.replace('<?xml version="1.0"?>', "")), events)]
    print(events, show(walk).replace(f"{ET.Comment!r}", "Comment").replace(f"{ET.PI!r}", "PI"))


class Closing:
    """Uses its parser while that is at work."""

    def start(self, tag, attrib):
        raise KeyError(tag)

    def data(self, data):
        pass


parser = ET.XMLParser(target=Closing())
print(show(parser.feed, "<a>x</a>"))


# Trees that change while they are walked.
def grow(tag):
    root = ET.XML("<r>0<a>1<b>2</b>3</a>4<c/>5<a>6</a>7</r>")
    seen = []
    for element in root.iter(tag):
        seen.append(element.tag)
        if element.tag in "ac" and len(seen) < 8:
            ET.SubElement(element, "new").text = str(len(seen))
        if element.tag == "b":
            element.append(ET.XML("<a>8<d/>9</a>"))
    return seen, ET.tostring(root), "".join(root.itertext()), [e.tag for e in root.iter("a")]


print(grow(None), grow("a"), grow("*"))
root = ET.XML("<r>0<a>1<b>2</b>3</a>4<c/>5</r>")
texts = root.itertext()
print(next(texts), next(texts))
root[0].clear()
root.remove(root[1])
print(list(texts), list(root.itertext()), list(root[0].itertext()), list(ET.Element("x").iter()))
deep = top = ET.Element("e0")
for i in range(1, 40):
    deep = ET.SubElement(deep, f"e{i}")
    deep.text, deep.tail = f"<{i}", f"{i}>"
print([e.tag for e in top.iter()], "".join(top.itertext()))
itself = ET.Element("i")
itself.append(itself)
walk = itself.iter()
print([next(walk).tag for _ in range(5)])
itself.clear()
