"""The pyexpat module: every event, attributes, buffers, entities, encodings, errors."""
import pyexpat

DOCUMENT = b"""<?xml version="1.0" encoding="iso-8859-1" standalone="no"?>
<?xml-stylesheet href="stylesheet.css"?>
<!-- comment data -->
<!DOCTYPE quotations SYSTEM "quotations.dtd" [
<!ELEMENT root ANY>
<!ELEMENT pair (a, (b | c)*, d?)+>
<!ATTLIST root attr1 CDATA #REQUIRED attr2 CDATA "preset">
<!NOTATION notation SYSTEM "notation.jpeg">
<!ENTITY acirc "&#226;">
<!ENTITY external_entity SYSTEM "entity.file">
<!ENTITY unparsed_entity SYSTEM "entity.file" NDATA notation>
%unparsed_entity;
]>
<root attr1="value1" xmlns="http://www.python.org/namespace" xmlns:my="urn:my">
<my:sub my:x="1"/>
<![CDATA[contents of CDATA section]]>
&external_entity;&skipped;
text \xe4
</root>
"""
EVENTS = [n for n in dir(pyexpat.XMLParserType) if n.endswith("Handler")]


def show(*calls):
    for call in calls:
        try:
            print(call())
        except Exception as error:
            print(type(error).__name__, error, vars(error))


def record(parser, *names, answer=1):
    for name in names or EVENTS:
        setattr(parser, name, lambda *args, name=name: print(name, *map(steady, args)) or answer)
    return parser


def steady(arg):
    """The context of an entity lists namespaces in an order of hashes."""
    return sorted(arg.split("\f")) if isinstance(arg, str) and "\f" in arg else ascii(arg)


for separator, ordered, triplet in (None, False, False), (" ", True, True), ("!", False, False):
    parser = record(pyexpat.ParserCreate(namespace_separator=separator))
    parser.ordered_attributes = ordered
    parser.namespace_prefixes = triplet
    parser.buffer_text = True
    print(parser.Parse(DOCUMENT, True), parser.ordered_attributes, parser.specified_attributes, sorted(parser.intern, key=str)[:4])
for size in 1, 7, 100:
    parser = record(pyexpat.ParserCreate(), "StartElementHandler", "CharacterDataHandler", "DefaultHandlerExpand")
    parser.buffer_size = size
    parser.buffer_text = True
    for i in range(0, len(DOCUMENT), 11):
        parser.Parse(DOCUMENT[i:i + 11])
    print(parser.Parse(b"", 1), parser.buffer_used, parser.buffer_size)


class File:
    def __init__(self, *parts):
        self.parts = list(parts)

    def read(self, size):
        return self.parts.pop(0) if self.parts else b""


parser = record(pyexpat.ParserCreate(), "EndElementHandler", "CharacterDataHandler")
print(parser.ParseFile(File(b"<a>te", b"xt</", b"a>")), parser.CurrentLineNumber, parser.CurrentColumnNumber, parser.CurrentByteIndex)
p = pyexpat.ParserCreate
show(lambda: p().ParseFile(3), lambda: p().ParseFile(File(3)), lambda: p().ParseFile(File(b"x" * 5000)), lambda: p().Parse(3),
     lambda: p().Parse("<a>"), lambda: p().Parse("</b>", 1), lambda: p().Parse("<a/>x"), lambda: p().Parse("", True),
     lambda: setattr(parser, "x", 3), lambda: delattr(parser, "StartElementHandler"), lambda: parser.foo,
     lambda: p(namespace_separator="ab"), lambda: p(3), lambda: p("x", "y", "z"), lambda: p(intern=3), lambda: p("nope").Parse("<a/>"),
     lambda: p("nope").Parse(b"<a/>"), lambda: p("iso-8859-15").Parse(b"<a>\xa4</a>", 1), lambda: p(intern=None).intern,
     lambda: setattr(parser, "buffer_size", "x"), lambda: setattr(parser, "buffer_size", 0), lambda: setattr(parser, "buffer_size", 1 << 60),
     lambda: delattr(parser, "buffer_text"), parser.GetBase, lambda: parser.SetBase("base"), parser.GetBase, parser.GetInputContext,
     lambda: p().SetParamEntityParsing(2), lambda: parser.SetParamEntityParsing(3), p().UseForeignDTD, parser.UseForeignDTD,
     lambda: pyexpat.ErrorString(3), lambda: pyexpat.ErrorString(999), lambda: type(parser)(), lambda: parser.ErrorCode)
parser = p("iso-8859-15")
record(parser, "CharacterDataHandler").Parse(b"<a>\xa4\xe4</a>", 1)


def fails(*args):
    raise KeyError("in a handler", args)


parser = p()
parser.StartElementHandler = fails
parser.EndElementHandler = print
show(lambda: parser.Parse(b"<a><b/></a>", 1))
print(parser.StartElementHandler, parser.EndElementHandler)

inner = []


def external(context, base, system, public):
    child = parser.ExternalEntityParserCreate(context)
    inner.append(child)
    print("entity", context, base, system, public, child.Parse(b"<c>inner</c>", 1), parser.GetInputContext())
    return 1


parser = record(p(), "StartElementHandler", "CharacterDataHandler")
parser.ExternalEntityRefHandler = external
print(parser.Parse(b"<!DOCTYPE a [<!ENTITY e SYSTEM 'x'>]><a>&e;</a>", 1))
parser = p()


def taken_away(data):
    print(data)
    parser.CharacterDataHandler = None


parser.CharacterDataHandler = taken_away
print(parser.Parse(b"<a>1&lt;\n2\n3</a>", 1), parser.CharacterDataHandler)
print(pyexpat.errors.XML_ERROR_SYNTAX, pyexpat.errors.codes["syntax error"], pyexpat.errors.messages[3], pyexpat.model.XML_CTYPE_SEQ,
      pyexpat.XML_PARAM_ENTITY_PARSING_ALWAYS, pyexpat.ExpatError is pyexpat.error, len(pyexpat.features), pyexpat.native_encoding)

parser = p()
parser.DefaultHandler = lambda text: parser.Parse(b"<b>", False)
try:
    parser.Parse(b'<?xml version="1.0"?><a/>', True)
except pyexpat.ExpatError:
    print("a handler that parses")
