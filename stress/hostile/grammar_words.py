"""The words of grammar.py: leaves by kind, calls of methods and library functions, forms of statements.

A call is written `name(kind, kind?, key=kind?, kind*)`: an argument for each kind of KINDS, `?` one that may be missing, `*`
any number. A form is a text in which «kind» stands for an expression of that kind, «one¦other» for one of them, and a line «block» for
statements.
"""

NAMES = ["a", "b", "c", "d", "e", "f", "g"]
ATTRIBUTES = ["x", "y", "z", "__class__", "__name__", "__dict__", "real", "__len__", "v", "args", "imag", "__mro__", "start",
              "__qualname__", "__origin__", "__args__", "__annotations__", "__slots__", "__hash__", "__wrapped__", "__defaults__", "__bases__"]
NUMBERS = ["0", "1", "2", "-1", "7", "255", "256", "True", "False", "10**20", "-(2**63)", "2**62", "0.0", "-0.0", "1.5",
           "1e308", "-2.5", "float('inf')", "float('nan')", "1j", "2-3j", "0x1F", "1_000", "1e-5", "3.0", "2**31",
           "0b101", "0o17", "-(2**31)", "2**64 - 1", "2**30", "2**60 + 1", "5e-324", "0.1", "1e16", "123456789.125", "-1j", "complex('nan')",
           "1e22", "2**53 + 1", "9007199254740993.0", "3**50", "-7", "1_0.0_1e1", "0xdead_beef", "1E5J"]
TEXTS = ["''", "'a'", "'abc'", "'a b  c'", "'éß'", "'\\U0001f600x'", "'%s %d'", "'{} {x}'", "'12'", "'x=1,y=2'",
         "'\\n\\t'", "'ABC'", "'ǆ'", "'\\ud800'", "'İ'", "'aXbX'", "b''", "b'abc'", "b'a b'", "b'\\xff\\x00'",
         "bytearray(b'xyz')", "memoryview(b'abcd')", "r'\\d'", "'a' 'b'", "'0b11'", "' 42 '", "'1e5'", "'''q\"'\n'''", "'\\N{BULLET}'",
         "rb'\\x'", "'ﬁ'", "'\\x00'", "u'u'", "'a\\\nb'", "'l1\\nl2\\r\\nl3\\x0bl4\\u2028l5'", "'Σας'", "'①½'", "'0x_f'", "'  \\xa0 '",
         "F'{1}'", "bR'\\n'", "'Title Case'", "'don\\'t'", "'t\\tu'", "'_id1'", "'１２'"]
CONTAINERS = ["[]", "[1, 2, 3]", "['b', 'a']", "()", "(1,)", "(1, 'x', 2.5)", "{}", "{'x': 1}", "{1: 'a', 2: 'b'}",
              "set()", "{1, 2}", "frozenset('ab')", "range(5)", "range(10, 0, -3)", "slice(1, None, 2)", "[[1], [2, 3]]",
              "{'k': [1]}", "[None, True, 0.5]", "((1, 2), (3, 4))", "dict(a=1, b=2)", "range(0)", "[3, 1, 2]", "[*range(9)]",
              "{1: {2: {}}}", "[[]] * 2", "{(1, 2): 3}", "{1.0, True, 2}", "[0.1, -0.0, float('nan')]", "(None, ...)",
              "deque([1, 2], 3)", "Counter('abca')", "OrderedDict(x=1, y=2)", "defaultdict(list)", "Point(1, 2)", "array('i', [1, 2, 3])",
              "ChainMap({'x': 1}, {'y': 2})", "{'a': 1, 'b': 2}.keys()", "{'a': 1}.values()", "SimpleNamespace(x=1)", "Mine([3, 1])", "MyDict(x=1)"]
SINGLETONS = ["None", "Ellipsis", "NotImplemented", "...", "int", "str", "list", "type", "object", "ValueError",
              "ValueError('v', 1)", "len", "print", "(lambda: 1)", "(lambda *p, **q: (p, q))", "iter([1, 2])", "(i for i in 'ab')",
              "Box(3)", "Odd()", "Box", "Odd", "staticmethod(len)", "property()", "zip('ab', [1, 2])", "enumerate('ab')",
              "map(str, [1, 2])", "reversed([1, 2])", "super", "ExceptionGroup('g', [ValueError(1), TypeError('t')])",
              "{'a': 1}.items()", "'abc'.upper", "[].append", "list[int]", "int | str", "Slotted(1)", "KeyError('k')",
              "Number(4)", "Number(-1)", "Color.RED", "Color", "Perm.R", "Perm.R | Perm.W", "Data(1)", "Data", "Frozen(1, 2)", "MyInt(3)", "MyStr('q')",
              "MyInt", "Meta", "Made", "Made()", "dict[str, int]", "int | None", "tuple[int, ...]", "Decimal('1.10')", "Fraction(1, 3)", "partial(max, 1)",
              "date(2024, 2, 29)", "timedelta(1, 2)", "counting()", "gather()", "fetch(1)", "Wait(1)", "itemgetter(1)", "chain([1], 'a')",
              "memoryview(bytearray(b'abcd'))", "re.compile('a|b')", "Virtual", "typing.List[int]", "T", "types.MappingProxyType({'m': 1})", "OSError(2, 'm', 'f')",
              "UnicodeDecodeError('u', b'x', 0, 1, 'r')", "Descriptor()", "object()", "Node(Node(1))", "classmethod(len)", "StopIteration(4)",
              "Slotted", "Proxy([1, 2])", "Proxy(5)", "slice(None)", "SyntaxError('m', ('f', 1, 2, 't'))", "weakref.ref(Box)",
              "attrgetter('x')", "methodcaller('upper')", "Positive", "Level.LOW", "Weird()"]
BINARY = ["+", "-", "*", "/", "//", "%", "@", "&", "|", "^"]
COMPARE = ["<", "<=", "==", "!=", ">", ">=", "in", "not in", "is", "is not"]
BUILTINS = ["abs", "all", "any", "ascii", "bin", "bool", "bytes", "callable", "chr", "complex", "dict", "divmod",
            "enumerate", "filter", "float", "format", "frozenset", "getattr", "hasattr", "hex", "int", "isinstance",
            "issubclass", "iter", "len", "list", "map", "max", "min", "next", "oct", "ord", "pow", "range", "repr",
            "reversed", "round", "set", "slice", "sorted", "str", "sum", "tuple", "type", "zip", "bytearray", "memoryview",
            "object", "setattr", "delattr", "vars", "property", "classmethod", "staticmethod", "super", "aiter", "anext",
            "__build_class__", "compile", "eval", "exec"]
EXCEPTIONS = ["ValueError", "TypeError", "KeyError", "IndexError", "AttributeError", "ZeroDivisionError", "LookupError",
              "Exception", "ArithmeticError", "StopIteration", "RuntimeError", "OSError", "UnicodeError", "NameError",
              "AssertionError", "OverflowError", "(TypeError, ValueError)", "BaseException", "StopAsyncIteration", "GeneratorExit", "Mistake",
              "ExceptionGroup", "FileNotFoundError", "RecursionError", "ImportError", "EOFError"]

# Expressions by kind. What is not here is made by a method of Grammar.
KINDS = {
    "small": ["0", "1", "2", "3", "-1", "-2", "5", "8", "12", "True", "-3"],
    "few": ["0", "1", "2", "3"],
    "chr": ["'x'", "'-'", "'é'", "'0'", "' '", "'\\U0001f600'"],
    "str": TEXTS[:16] + ["'a,b,,c'", "'Hello World'", "'x' * 30", "'ñandú'", "' lead'", "'trail\\n'", "'abcabc'", "'ß'", "'aAbB1'", "MyStr('my')",
                         "'\\t tab'", "'..'", "'a\\x00b'", "'ﬀ'", "'日本語'", "'-12.5e3'", "'1_000'", "'Inf'", "'0x1p-2'"],
    "chars": ["'ab'", "' '", "''", "'\\n '", "'xyz'", "None", "'é'"],
    "sep": ["','", "' '", "'b'", "'ab'", "'\\n'", "'x'", "'é'", "''", "None"],
    "bytes": ["b''", "b'abc'", "b'a b'", "b'\\xff\\x00'", "bytearray(b'xyz')", "b'A,b,,c'", "memoryview(b'ab')", "b'hello world'", "b'\\n\\r\\n'", "b'42'"],
    "bsep": ["b','", "b' '", "b'b'", "b'ab'", "b''", "None", "bytearray(b'b')", "98"],
    "codec": ["'utf-8'", "'ascii'", "'latin-1'", "'utf-16'", "'utf-16-le'", "'utf-32-be'", "'cp1252'", "'utf-7'", "'idna'", "'punycode'",
              "'unicode_escape'", "'raw_unicode_escape'", "'utf-8-sig'", "'shift_jis'", "'gb18030'", "'koi8-r'", "'nope'", "'UTF8'", "'hex'", "'euc_kr'", "'big5'", "'iso2022_jp'"],
    "errors": ["'strict'", "'ignore'", "'replace'", "'backslashreplace'", "'xmlcharrefreplace'", "'surrogateescape'", "'surrogatepass'", "'namereplace'", "'none'"],
    "list": ["[]", "[1, 2, 3]", "['b', 'a']", "[3, 1, 2, 1]", "[[1], [0]]", "list('hello')", "[1.5, 1, True]", "Mine([2, 1])", "[None]", "[*range(20)]"],
    "iter": ["[]", "[1, 2, 3]", "(4, 5)", "'abc'", "range(5)", "{'x': 1, 'y': 2}", "(i * i for i in range(4))", "iter([3, 1])", "counting()", "map(abs, [-1, 2])",
             "b'ab'", "[1, 1, 2, 2]", "['b', 'a', 'c']", "zip('ab', 'cd')", "Mine([1, 2])", "deque('ab')", "Box(1)", "reversed([1, 2])", "dict.fromkeys('ab').items()", "sorted({2, 1})"],
    "ints": ["[3, 1, 2]", "range(6)", "(5, 5, 1)", "[0, -1, 2**40]", "[True, 2]", "[1.5, 2]", "[Fraction(1, 2), 1]", "iter([7])"],
    "strs": ["['a', 'b']", "('x',)", "'abc'", "[]", "['', 'é']", "{'k': 1}", "(c for c in 'xy')", "['a', 1]", "[MyStr('m'), 'n']"],
    "pairs": ["[(1, 2), (3, 4)]", "[('x', 1)]", "{'x': 1}.items()", "['ab', 'cd']", "zip('ab', [1, 2])", "[]", "[(1,)]", "enumerate('xy')", "{'a': 1, 'b': 2}"],
    "dict": ["{}", "{'x': 1}", "{1: 'a', 2: 'b'}", "dict(a=1, b=2)", "{'k': [1]}", "MyDict(q=1)", "OrderedDict(z=1, a=2)", "defaultdict(int, x=1)", "Counter('aab')"],
    "set": ["set()", "{1}", "{1, 2}", "{1, 2, 3}", "frozenset({2})", "set('ab')", "{'a': 1, 'c': 2}.keys()", "frozenset('abc')", "{1.0, 'a'}"],
    "tuple": ["()", "(1, 2)", "(1, 'x', 1)", "Point(3, 4)", "(1, 2, 1)"],
    "key": ["1", "'x'", "'a'", "None", "(1, 2)", "2", "'k'", "1.0"],
    "fn1": ["str", "len", "(lambda v: v)", "(lambda v: (v, 1))", "repr", "bool", "int", "neg", "abs", "(lambda v: v % 2)", "None", "type", "list", "Box", "tuple", "str.upper", "Data"],
    "fn2": ["(lambda p, q: (p, q))", "add", "max", "(lambda p, q: p)", "(lambda p, q: p - q)", "mul", "divmod", "sub", "(lambda p, q: p > q)"],
    "fn0": ["(lambda: 1)", "int", "list", "Box", "iter([1, 2]).__next__", "dict"],
    "type": ["int", "str", "list", "float", "Box", "dict", "object", "MyInt", "tuple", "bool", "bytes", "Exception", "Made", "Color", "Data", "set", "complex", "type", "Slotted"],
    "exc": EXCEPTIONS,
    "error": ["ValueError(1)", "KeyError('k')", "TypeError", "StopIteration(2)", "GeneratorExit", "Mistake('m')", "ZeroDivisionError('z')", "OSError(2, 'x')",
              "StopAsyncIteration", "ExceptionGroup('g', [ValueError(1), OSError(2)])", "RuntimeError", "AttributeError('a')"],
    "attr": ["'x'", "'v'", "'__class__'", "'y'", "'real'", "'zz'", "'__name__'", "'upper'", "'_p'", "'__dict__'"],
    "bool": ["True", "False", "None", "0", "1"],
    "order": ["'big'", "'little'", "'big'", "'middle'"],
    "base": ["10", "2", "16", "0", "36", "8", "1", "37", "-1"],
    "numtext": ["'12'", "' 42 '", "'-7'", "'0x1F'", "'0b11'", "'1_0'", "'1__0'", "'zz'", "''", "'1e5'", "'-.5e-3'", "'nan'", "'-Infinity'", "'1.'", "'+3'", "b'12'",
                "'1+2j'", "'(3-4j)'", "'j'", "'１２'", "'0x1.8p3'", "'1/3'", "'00'", "'012'", "'1 2'", "'\\u0660'", "'9' * 40", "'1.7976931348623159e308'", "'0_0'"],
    "typecode": ["'b'", "'B'", "'h'", "'i'", "'I'", "'q'", "'f'", "'d'", "'u'", "'H'", "'L'", "'x'"],
    "structfmt": ["'i'", "'<hq'", "'>I2s'", "'=bB?'", "'4sx'", "'!d'", "'<e'", "'P'", "'@iq'", "'3p'", "'0i'", "'c'", "'z'", "'<2h'", "'n'", "'>f'", "''"],
    "pattern": ["'a'", "'(a)|b'", "'[a-c]+'", "'(?P<n>\\\\w)(?P=n)?'", "'^.*?$'", "'\\\\b\\\\w+'", "'(?i)AB'", "'a{1,2}?'", "'(?<=a)b'", "'(?!x).'", "'(a*)*'", "'\\\\s|,'", "'(?s:.)'",
                "'[^\\\\d]'", "'(?:ab)+(c)?'", "'x*'", "''", "'('", "'[z-a]'", "'*'", "b'a'", "'(?a)\\\\w'", "'a++'", "'(?>a|ab)c'", "'(?P<n>a)(?(n)b|c)'", "'\\\\Z'", "'[[a]'", "'(?x) a # b'",
                "'\\\\N{BULLET}'", "'é'", "'(.)(.)\\\\2\\\\1'", "'\\\\g'", "'(?P<1>a)'", "'a{2,1}'"],
    "replacement": ["''", "'-'", "'<\\\\1>'", "'\\\\g<0>'", "(lambda m: m.group().upper())", "'\\\\g<n>'", "'\\\\'", "'\\\\n'", "'[\\\\g<1>]'", "'\\\\8'"],
    "reflags": ["0", "re.I", "re.M", "re.S | re.X", "re.A", "re.L"],
    "jsontext": ["'[1, 2.5, null]'", "'{\"a\": {\"b\": [true]}}'", "'\"\\\\u00e9\\\\ud83d\\\\ude00\"'", "'[1,]'", "'{'", "''", "'NaN'", "'1e400'", "'\"\\\\x\"'", "' 12 '", "'-0'", "'{\"a\":1,\"a\":2}'",
                 "b'[1]'", "'[1] x'", "'\"a\nb\"'", "'{1: 2}'", "'-'", "'\"\\\\ud800\"'"],
    "date": ["date(2024, 2, 29)", "date(1, 1, 1)", "date(9999, 12, 31)", "date(2023, 12, 31)", "datetime(2024, 3, 1, 12, 30, 15, 250)", "datetime(1970, 1, 1, tzinfo=timezone.utc)",
             "datetime(2000, 1, 1, fold=1)", "datetime(2024, 3, 10, 2, tzinfo=timezone(timedelta(hours=-5), 'E'))"],
    "delta": ["timedelta(1)", "timedelta(0)", "timedelta(-1, 86399, 999999)", "timedelta(seconds=1.5)", "timedelta(weeks=2, hours=-3)", "timedelta(days=999999999)", "timedelta(microseconds=1)"],
    "time": ["time(1, 2, 3, 4)", "time()", "time(23, 59, tzinfo=timezone.utc)"],
    "datefmt": ["'%Y-%m-%d'", "'%H:%M:%S.%f%z'", "'%j %U %w %a %b'", "'%%'", "'%y %I %p'", "'%G-W%V-%u'", "'%c'", "'%x %X'", "'%Z'", "'%é'", "''", "'%s'"],
    "datetext": ["'2024-02-29'", "'2024-02-30'", "'2024-W09-4'", "'20240229'", "'2024-02-29T12:30:15.25+01:00'", "'12:30'", "'T12'", "'2024-2-9'", "''", "'2024-02-29 12:30Z'", "'12:30:15,5'"],
    "decimal": ["Decimal('1.10')", "Decimal(0)", "Decimal('-0')", "Decimal('NaN')", "Decimal('sNaN')", "Decimal('Infinity')", "Decimal('1E+5')", "Decimal('-12345.678')", "Decimal('1e-400')",
                "Decimal(2) / 3", "Decimal(10**40)", "Decimal('0.000001')", "Decimal((1, (1, 2), -1))", "Decimal(1.1)"],
    "fraction": ["Fraction(1, 3)", "Fraction('0.25')", "Fraction(-7, 2)", "Fraction(0)", "Fraction(2.5)", "Fraction(10**20, 3)"],
    "spec": ["'5'"],  # made by Grammar.spec
    "array": ["array('i', [1, 2, 3])", "array('b')", "array('d', [1.5])", "array('u', 'ab')", "array('B', b'xyz')", "array('q', [-1, 2**40])"],
    "deque": ["deque()", "deque([1, 2, 3])", "deque('abc', 3)", "deque([1], 0)", "deque([3, 1, 2, 1], 4)"],
    "counter": ["Counter()", "Counter('abca')", "Counter(a=3, b=-1)", "Counter([1, 1, 2])"],
    "memory": ["memoryview(b'abcd')", "memoryview(bytearray(b'abcdefgh'))", "memoryview(array('i', [1, 2, 3]))", "memoryview(b'abcdefgh').cast('h')", "memoryview(bytearray(8)).cast('B', [2, 4])",
               "memoryview(b'abcd')[::2]", "memoryview(b'')"],
    "gen": ["(i for i in 'ab')", "counting()", "counting(2)", "echo()", "delegating()"],
    "pymem": ["bytearray(b'xyz')", "bytearray()", "bytearray(b'hello')"],
    "path": ["'/a/b/c.txt'", "'a'", "''", "'a/../b'", "'/'", "'.x'", "'a.tar.gz'", "'//a//b/'", "'~/x'", "b'a/b'"],
    "url": ["'http://u:p@h.org:80/p;q?x=1&y=2#f'", "'a b&c=d'", "'//h/p'", "'mailto:x@y'", "'http://[::1]/x'", "'x=1&x=2&y'", "'é/ü?ß'"],
    "pytext": ["'1 + 2'", "'[1, (2,), {3: b\"x\"}]'", "'-1j'", "'{1, 2}'", "'a.b[c:d]'", "'f(x, *y, **z)'", "'lambda p, /, q=1, *, r: p'", "'f\"{x!r:>{w}}\"'", "'x if y else z'", "'(yield)'",
               "'1 +'", "'a = 1'", "'[i async for i in x]'", "'not a < b <= c'", "'x := 1'", "'(x := 1)'", "'\"\\\\d\"'", "'*a, b'", "'None'", "'0777'", "'1_'", "'a b'", "'{**a}'", "'print 1'", "''"],
    "fileobject": ["io.StringIO('l1\\nl2\\r\\nl3')", "io.BytesIO(b'l1\\nl2')", "io.StringIO('é\\r\\nx', newline=None)", "io.TextIOWrapper(io.BytesIO(b'a\\nb\\xff'), 'latin-1')",
                   "io.BufferedReader(io.BytesIO(b'abcdef'), 2)", "io.StringIO()", "io.BytesIO()", "io.BufferedRandom(io.BytesIO(b'xyz'))"],
    "annotation": ["int", "str", "'Later'", "list[int]", "int | None", "Box", "T", "typing.Any", "None", "typing.ClassVar[int]", "1 + 1", "dict[str, 'Later']"],
    "idx": ["0", "-1", "1", "5", "-9", "None", "2"],
}

# Methods of built-in types, by the kind of their first argument.
METHODS = {
    "str": "capitalize() casefold() center(small,chr?) center(few) count(sep,idx?,idx?) encode(codec?,errors?) endswith(str,idx?,idx?) expandtabs(small?) "
           "find(sep,idx?,idx?) format(any*) format_map(dict) index(sep) isalnum() isalpha() isascii() isdecimal() isdigit() isidentifier() islower() "
           "isnumeric() isprintable() isspace() istitle() isupper() join(strs) ljust(small,chr?) lower() lstrip(chars?) partition(sep) removeprefix(str) "
           "removesuffix(sep) replace(sep,str,small?) rfind(sep,idx?,idx?) rindex(sep) rjust(small,chr?) rpartition(sep) rsplit(sep?,small?) rstrip(chars?) "
           "split(sep?,small?) split(sep?,maxsplit=small?) splitlines(bool?) startswith(str,idx?,idx?) strip(chars?) swapcase() title() translate(dict) upper() zfill(small) "
           "__add__(str) __mul__(few) __getitem__(small) __contains__(str) __mod__(any) __format__(spec) __lt__(str) translate(dict)",
    "bytes": "capitalize() center(small,bsep?) count(bsep,idx?,idx?) decode(codec?,errors?) endswith(bsep) expandtabs(small?) find(bsep,idx?,idx?) hex(sep?,small?) "
             "index(bsep) isalnum() isalpha() isascii() isdigit() islower() isspace() istitle() isupper() join(iter) ljust(small,bsep?) lower() lstrip(bsep?) partition(bsep) "
             "removeprefix(bsep) removesuffix(bsep) replace(bsep,bytes,small?) rfind(bsep) rindex(bsep) rjust(small) rpartition(bsep) rsplit(bsep?,small?) rstrip(bsep?) "
             "split(bsep?,small?) splitlines(bool?) startswith(bsep) strip(bsep?) swapcase() title() translate(bytes,bytes?) translate(None,delete=bytes) upper() zfill(small) "
             "__mod__(any) __contains__(bsep) __getitem__(small) fromhex(str) maketrans(bytes,bytes)",
    "pymem": "append(small) clear() copy() extend(iter) insert(small,small) pop(small?) remove(small) reverse() count(bsep) find(bsep) replace(bsep,bytes) split(bsep?) join(iter) "
             "hex(sep?) __setitem__(small,small) __delitem__(small) __iadd__(bytes) __imul__(few) __setitem__(slice,bytes) __delitem__(slice) decode(codec?,errors?) zfill(small) strip(bsep?)",
    "list": "append(any) clear() copy() count(any) extend(iter) index(any,idx?,idx?) insert(small,any) pop(small?) remove(any) reverse() sort() sort(key=fn1) sort(reverse=bool) "
            "__getitem__(slice) __setitem__(slice,iter) __delitem__(slice) __iadd__(iter) __imul__(few) __reversed__() __contains__(any) __eq__(list) __lt__(list) __mul__(few) __add__(list)",
    "dict": "clear() copy() fromkeys(iter,any?) get(key,any?) items() keys() pop(key,any?) popitem() setdefault(key,any?) update(pairs) update(dict,x=any?) values() __or__(dict) "
            "__ior__(pairs) __contains__(key) __getitem__(key) __setitem__(key,any) __delitem__(key) __reversed__() __eq__(dict) move_to_end(key,bool?) most_common(small?) elements() "
            "items().isdisjoint(iter) keys().__and__(iter) keys().__rsub__(iter) items().mapping.get(key) keys().__xor__(iter) values().__reversed__()",
    "set": "add(any) clear() copy() difference(iter*) difference_update(iter*) discard(any) intersection(iter*) intersection_update(iter) isdisjoint(iter) issubset(iter) issuperset(iter) "
           "remove(any) symmetric_difference(iter) symmetric_difference_update(iter) union(iter*) update(iter*) __and__(set) __or__(set) __sub__(set) __xor__(set) __rsub__(set) __iand__(set) "
           "__isub__(set) __ior__(set) __ixor__(set) __lt__(set) __le__(set) __gt__(set) __ge__(set) __contains__(any) __eq__(set) __reduce__()",
    "tuple": "count(any) index(any,idx?,idx?) __getitem__(slice) __add__(tuple) __mul__(few) __contains__(any) __lt__(tuple) __getnewargs__() _replace(x=any) _asdict()",
    "int": "as_integer_ratio() bit_count() bit_length() conjugate() to_bytes(few?,order?,signed=bool?) from_bytes(bytes,order?,signed=bool?) __format__(spec) __round__(small?) __floordiv__(int) "
           "__mod__(int) __divmod__(int) __pow__(few,small?) __lshift__(few) __rshift__(small) __and__(int) __or__(int) __xor__(int) __invert__() __neg__() __abs__() __truediv__(num) __float__() "
           "__eq__(num) __lt__(num) __index__() __ceil__() __getnewargs__() __rpow__(few) __rsub__(int) real.__add__(int) numerator.bit_length() imag.__bool__()",
    "float": "as_integer_ratio() conjugate() fromhex(numtext) hex() is_integer() __format__(spec) __round__(small?) __floordiv__(num) __mod__(num) __divmod__(num) __pow__(num) __trunc__() __floor__() "
             "__int__() __eq__(num) __lt__(num) __neg__() __abs__() __truediv__(num) __add__(num) __mul__(num) __rpow__(num) __getformat__('double') __rmod__(num)",
    "complex": "conjugate() __format__(spec) __add__(num) __mul__(num) __truediv__(num) __pow__(num) __eq__(num) __abs__() __neg__() __complex__() __bool__() __rsub__(num)",
    "range": "count(num) index(num) __getitem__(small) __getitem__(slice) __contains__(any) __reversed__() __len__() __eq__(range)",
    "memory": "cast(typecode,any?) hex(sep?) release() tobytes(order=any?) tolist() toreadonly() __getitem__(small) __getitem__(slice) __setitem__(small,small) __setitem__(slice,bytes) "
              "__eq__(bytes) __len__() __enter__() shape.__len__() strides.__len__() format.upper() __contains__(small)",
    "slice": "indices(small) __eq__(slice) __lt__(slice) __reduce__()",
    "gen": "send(any) throw(error) throw(exc,any) close() __next__() send(None) gi_yieldfrom.__class__() gi_frame.f_lineno.__class__() gi_running.__class__()",
    "array": "append(num) buffer_info().__len__() byteswap() count(num) extend(iter) frombytes(bytes) fromlist(list) index(num,idx?,idx?) insert(small,num) pop(small?) remove(num) reverse() tobytes() tolist() "
             "tounicode() fromunicode(str) __getitem__(slice) __setitem__(slice,array) __delitem__(slice) __iadd__(array) __mul__(few) __eq__(array) __contains__(num) __reduce_ex__(few) __copy__() itemsize.__add__(num)",
    "deque": "append(any) appendleft(any) clear() copy() count(any) extend(iter) extendleft(iter) index(any,idx?,idx?) insert(small,any) pop() popleft() remove(any) reverse() rotate(small?) __getitem__(small) "
             "__setitem__(small,any) __delitem__(small) __iadd__(iter) __mul__(few) __imul__(few) __add__(deque) __reversed__() __eq__(deque) __lt__(deque) __contains__(any) __reduce__()",
    "counter": "most_common(small?) elements() subtract(iter?) total() update(iter) __add__(counter) __sub__(counter) __and__(counter) __or__(counter) __pos__() __neg__() __le__(counter) __getitem__(key) __missing__(key)",
    "date": "isoformat(any*) weekday() isoweekday() isocalendar() timetuple() toordinal() ctime() strftime(datefmt) replace(day=small) replace(year=int) __add__(delta) __sub__(date) __sub__(delta) __eq__(date) __lt__(date) "
            "__format__(datefmt) utctimetuple() astimezone(timezone.utc) timestamp() date() time() timetz() utcoffset() tzname() dst() __radd__(delta) __reduce__()",
    "delta": "total_seconds() __add__(delta) __sub__(delta) __mul__(num) __truediv__(num) __truediv__(delta) __floordiv__(delta) __mod__(delta) __divmod__(delta) __neg__() __abs__() __bool__() __eq__(delta) "
             "__lt__(delta) __rmul__(num) __floordiv__(int) __reduce__()",
    "time": "isoformat(any?) replace(hour=small) strftime(datefmt) utcoffset() tzname() __eq__(time) __lt__(time) __format__(datefmt) fromisoformat(datetext) __reduce__()",
    "decimal": "quantize(decimal) sqrt() exp() ln() log10() adjusted() as_integer_ratio() as_tuple() canonical() compare(decimal) compare_signal(decimal) compare_total(decimal) conjugate() copy_abs() copy_negate() "
               "copy_sign(decimal) fma(decimal,decimal) is_finite() is_nan() is_normal() is_qnan() is_signed() is_snan() is_subnormal() is_zero() logb() logical_and(decimal) logical_invert() max(decimal) max_mag(decimal) "
               "min(decimal) next_minus() next_plus() next_toward(decimal) normalize() number_class() radix() remainder_near(decimal) rotate(small) same_quantum(decimal) scaleb(small) shift(small) to_eng_string() "
               "to_integral_exact() to_integral_value() __add__(decimal) __sub__(decimal) __mul__(decimal) __truediv__(decimal) __floordiv__(decimal) __mod__(decimal) __divmod__(decimal) __pow__(small) __round__(small?) "
               "__format__(spec) __eq__(num) __lt__(num) __int__() __float__() __floor__() __ceil__() __trunc__() __complex__() __bool__() __radd__(int)",
    "fraction": "limit_denominator(int) as_integer_ratio() __add__(num) __sub__(fraction) __mul__(fraction) __truediv__(num) __floordiv__(num) __mod__(num) __pow__(small) __round__(small?) __eq__(num) __lt__(num) "
                "__int__() __float__() __abs__() __rtruediv__(int) __format__(spec)",
    "fileobject": "read(small?) readline(small?) readlines(small?) write(str) write(bytes) writelines(strs) seek(small,few?) tell() truncate(small?) getvalue() readable() writable() seekable() isatty() fileno() flush() "
                  "close() detach() closed.__class__() __next__() read1(small?) readinto(pymem) peek(few) newlines.__class__() encoding.__class__() __enter__() getbuffer().tobytes() line_buffering.__class__()",
    "error": "with_traceback(None) add_note(str) __setstate__(dict) __reduce__() args.__len__() split(exc) subgroup(exc) derive(list) __str__() __repr__() exceptions.__len__()",
}

# Functions and types of the library.
LIBRARY = """
    accumulate(iter,fn2?,initial=any?) chain(iter,iter*) chain.from_iterable(pairs) combinations(iter,small) combinations_with_replacement(iter,few) permutations(iter,few?)
    product(iter,iter*) product(iter,repeat=few) compress(iter,iter) count(num?,num?) cycle(iter) dropwhile(fn1,iter) filterfalse(fn1,iter) groupby(iter,fn1?) islice(iter,idx)
    islice(iter,idx,idx,small?) pairwise(iter) repeat(any,small?) starmap(fn2,pairs) takewhile(fn1,iter) tee(iter,few?) zip_longest(iter,iter,fillvalue=any?) map(fn2,iter,iter) filter(fn1,iter)
    zip(iter,iter,strict=bool?) enumerate(iter,int?) sorted(iter,key=fn1?,reverse=bool?) sum(ints,num?) min(iter,key=fn1?,default=any?) max(iter,key=fn1?,default=any?) max(num,num,key=fn1?)
    reversed(list) any(iter) all(iter) iter(fn0,any) next(gen,any?) divmod(num,num) pow(int,few,int?) pow(num,num) round(num,small?) int(numtext,base?) float(numtext) complex(numtext) complex(num,num?)
    format(num,spec) format(str,spec) format(any,spec) format(decimal,spec) format(date,datefmt) hashed(num) hashed(tuple) hashed(str) hashed(date) hashed(delta) hashed(decimal) hashed(fraction) hashed(bytes) bin(int) hex(int) oct(int) chr(int) ord(str) bytes(iter) bytes(str,codec,errors?)
    str(bytes,codec?,errors?) bytearray(small) isinstance(any,type) issubclass(type,type) isinstance(any,int|str) getattr(any,attr,any?) hasattr(any,attr) type(any,tuple,dict) callable(any) slice(idx,idx?,idx?)
    range(int,int,small?) set(iter) frozenset(iter) dict(pairs) dict(dict,x=any?) tuple(iter) list(iter) abs(num) ascii(str) repr(any) len(any) vars(any) eval(pytext) exec(pytext) compile(pytext,'t','exec')
    reduce(fn2,iter,any?) partial(fn2,num)(num) partial(fn1)(any) lru_cache(maxsize=few)(fn1)(key) cmp_to_key(fn2)(any) cache(fn1)(key) partialmethod(fn1) singledispatch(fn1)(any)
    math.factorial(small) math.comb(small,small) math.perm(small,small?) math.gcd(int*) math.lcm(int*) math.isqrt(int) math.prod(ints,start=num?) math.dist(tuple,tuple) math.fsum(ints) math.hypot(num*)
    math.copysign(num,num) math.fmod(num,num) math.frexp(num) math.ldexp(num,small) math.modf(num) math.nextafter(num,num) math.ulp(num) math.remainder(num,num) math.trunc(num) math.floor(num) math.ceil(num)
    math.log(num,num?) math.log2(num) math.log10(num) math.log1p(num) math.exp(num) math.exp2(num) math.pow(num,num) math.sqrt(num) math.cbrt(num) math.isclose(num,num,rel_tol=num?) math.sin(num) math.atan2(num,num) math.isfinite(num)
    math.degrees(num) math.erf(num) math.gamma(num) math.lgamma(num) math.expm1(num) math.acosh(num) math.tanh(num) math.fabs(num) cmath.sqrt(num) cmath.exp(num) cmath.phase(num) cmath.polar(num) cmath.rect(num,num)
    cmath.log(num,num?) cmath.isclose(num,num) cmath.acos(num) cmath.tan(num) cmath.isnan(num)
    add(any,any) concat(any,any) contains(any,any) countOf(iter,any) indexOf(iter,any) getitem(any,any) setitem(any,any,any) delitem(any,any) itemgetter(any*)(any) attrgetter(attr)(any) methodcaller(attr,any*)(any)
    operator.index(any) operator.length_hint(any,int?) operator.iadd(any,any) operator.truth(any) operator.is_(any,any) operator.matmul(any,any) operator.not_(any) operator.lshift(int,few) operator.call(fn1,any) operator.ixor(any,any)
    copy.copy(any) copy.deepcopy(any) pickle.loads(pickle.dumps(any,few?)) copy.deepcopy(list) pickle.dumps(list,few?) pickle.dumps(dict,4) pickle.dumps(num,few?) marshal.loads(marshal.dumps(tuple))
    json.dumps(any) json.dumps(dict,indent=few?,sort_keys=bool?) json.dumps(str,ensure_ascii=bool) json.dumps(list,separators=tuple) json.loads(jsontext) json.dumps(num) json.dumps(any,default=fn1) json.loads(jsontext,parse_float=fn1)
    json.dumps(any,skipkeys=bool)
    struct.pack(structfmt,num*) struct.unpack(structfmt,bytes) struct.calcsize(structfmt) struct.pack(structfmt,bytes) struct.unpack_from(structfmt,bytes,small) struct.iter_unpack(structfmt,bytes)
    re.match(pattern,str,reflags?) re.search(pattern,str,reflags?) re.findall(pattern,str,reflags?) re.split(pattern,str,few?) re.sub(pattern,replacement,str,few?) re.subn(pattern,replacement,str) re.finditer(pattern,str)
    re.fullmatch(pattern,str) re.escape(str) re.compile(pattern,reflags?) re.compile(pattern).groupindex.keys() re.match(pattern,str).groups(any?) re.search(pattern,str).span(few?) re.search(pattern,str).groupdict()
    re.search(pattern,str).expand(replacement) re.search(pattern,bytes) re.compile(pattern).scanner(str).search() re.search(pattern,str).regs.__len__() re.search(pattern,str)[key]
    deque(iter,few?) Counter(iter) OrderedDict(pairs) ChainMap(dict,dict).get(key) defaultdict(fn0,pairs)[key] namedtuple(str,strs) namedtuple('N','p,q',defaults=tuple)(any*) Point._make(iter) Point(any,any)._replace(x=any)
    UserDict(dict)[key] UserList(list)[slice] UserString(str).upper()
    string.Template(str).substitute(dict) string.Template('$x${y}$$').safe_substitute(dict) string.capwords(str) textwrap.wrap(str,small) textwrap.dedent(str) string.Formatter().format(str,any*)
    Decimal(numtext) Decimal(num) decimal.Context(prec=small).divide(int,int) decimal.Context(prec=few).create_decimal(num) decimal.Context(Emax=small).power(int,few) Fraction(numtext) Fraction(int,int?) Fraction(num)
    date(int,small,small) date.fromordinal(int) date.fromisoformat(datetext) date.fromisocalendar(small,small,small) datetime.fromisoformat(datetext) datetime.strptime(datetext,datefmt) datetime.combine(date,time)
    datetime.fromtimestamp(num,timezone.utc) datetime.utcfromtimestamp(num) timedelta(num,num?,num?) timedelta(hours=num) time(small,small?,small?) timezone(delta,str?) timezone(delta).utcoffset(None) date(2024,small,small).isocalendar()
    heapq.nlargest(small,iter,fn1?) heapq.nsmallest(small,iter,key=fn1?) heapq.merge(iter,iter,key=fn1?) heapq.heapify(list) heapq.heappush(list,any) heapq.heappop(list) heapq.heappushpop(list,any) heapq.heapreplace(list,any)
    bisect.bisect_left(list,any,idx?,idx?) bisect.bisect(list,any,key=fn1?) bisect.insort(list,any) random.Random(int).random() random.Random(str).randrange(small) random.Random(1).sample(list,few) random.Random(int).getrandbits(small)
    random.Random(2).shuffle(list) random.Random(3).gauss(num,num) random.Random(4).choices(list,k=few) random.Random(5).uniform(num,num) random.Random(6).randbytes(few)
    array(typecode,iter) array(typecode,bytes) binascii.hexlify(bytes,sep?) binascii.unhexlify(str) binascii.a2b_base64(str) binascii.b2a_base64(bytes,newline=bool?) binascii.crc32(bytes,int?) binascii.b2a_uu(bytes) binascii.a2b_qp(str)
    binascii.crc_hqx(bytes,int) binascii.b2a_qp(bytes) base64.b85encode(bytes) base64.b32decode(str) base64.a85decode(bytes) base64.b64decode(str,validate=bool?) zlib.crc32(bytes) zlib.adler32(bytes,int?) zlib.decompress(zlib.compress(bytes))
    hashlib.md5(bytes).hexdigest() hashlib.sha256(bytes).digest() hashlib.new(str,bytes) hashlib.blake2b(bytes,digest_size=small?).hexdigest() hashlib.sha3_224(bytes).hexdigest() hmac.new(bytes,bytes,'md5').hexdigest()
    unicodedata.name(chr,any?) unicodedata.category(chr) unicodedata.normalize('NFKD',str) unicodedata.normalize('NFC',str) unicodedata.decomposition(chr) unicodedata.numeric(chr,any?) unicodedata.lookup(str) unicodedata.bidirectional(chr)
    unicodedata.is_normalized('NFKC',str) unicodedata.east_asian_width(chr) codecs.encode(str,codec,errors?) codecs.decode(bytes,codec,errors?) codecs.lookup(codec).name.upper() codecs.getincrementaldecoder(codec)(errors?).decode(bytes)
    codecs.escape_decode(bytes) codecs.charmap_build(str) codecs.getincrementalencoder(codec)().encode(str)
    io.StringIO(str,newline=sep?).readlines() io.BytesIO(bytes).readline(small?) io.TextIOWrapper(io.BytesIO(bytes),codec,errors?).read(small?) io.StringIO(str).seek(small,few?) io.BytesIO(bytes).read(small?) io.BytesIO(bytes).getbuffer()
    io.BufferedReader(io.BytesIO(bytes),small).read(small?) io.IncrementalNewlineDecoder(None,bool).decode(str) io.StringIO(any,any?) io.TextIOWrapper(io.BytesIO(bytes),newline=sep).readlines()
    ast.literal_eval(pytext) ast.dump(ast.parse(pytext),include_attributes=bool) ast.unparse(ast.parse(pytext)) ast.dump(ast.parse(pytext,mode='eval'),indent=few) inspect.signature(fn2) inspect.signature(type) tokens(pytext) symbols(pytext)
    typing.get_type_hints(any) typing.Union[type,type] typing.Optional[type] typing.get_args(any) typing.get_origin(any) typing.List[type] typing.Callable[list,type] typing.cast(type,any) typing.NamedTuple(str,pairs) typing.Literal[key]
    typing.TypeVar(str,type?,type?) types.SimpleNamespace(x=any) types.MappingProxyType(dict) types.new_class(str,tuple,dict?) types.resolve_bases(tuple) types.GenericAlias(type,any) types.CellType(any?) types.MethodType(fn1,any) types.coroutine(fn1)
    types.DynamicClassAttribute(fn1) types.prepare_class(str,tuple) list[type] dict[type,type] tuple[type,...] type[any] list[T][type] dict[str,T][type]
    weakref.ref(any) weakref.proxy(any) weakref.WeakValueDictionary(pairs) weakref.WeakSet(iter) weakref.getweakrefcount(any) weakref.ref(Box)()
    statistics.mean(ints) statistics.median(ints) statistics.mode(iter) statistics.stdev(ints) statistics.quantiles(ints,n=few) statistics.fmean(ints) shlex.split(str) fnmatch.translate(str) posixpath.join(path,path*) posixpath.normpath(path)
    posixpath.splitext(path) posixpath.split(path) posixpath.relpath(path,path) pathlib.PurePosixPath(path,path*) pathlib.PurePosixPath(path).with_suffix(str) pathlib.PurePosixPath(path).parts.__len__() urllib.parse.urlparse(url) urllib.parse.quote(url)
    urllib.parse.unquote(url) urllib.parse.parse_qs(url) urllib.parse.urlencode(pairs) urllib.parse.urljoin(url,url) html.escape(str) html.unescape(str) list(csv.reader(strs)) csv_text(any*) difflib.get_close_matches(str,strs)
    list(difflib.ndiff(strs,strs)) calendar.monthrange(int,small) colorsys.rgb_to_hsv(num,num,num) ipaddress.ip_address(any) uuid.UUID(str) keyword.iskeyword(str) numbers.Number.__instancecheck__(any) pprint.pformat(any,width=small) reprlib.repr(any)
    abc.ABCMeta(str,tuple,dict) contextlib.suppress(exc).__exit__(exc,any,None) contextlib.nullcontext(any).__enter__() contextlib.closing(any).__exit__(None,None,None) dataclasses.replace(Data(1),x=any) dataclasses.asdict(Data(any)) dataclasses.fields(any)
    dataclasses.make_dataclass(str,strs) dataclasses.astuple(Frozen(any,any)) Data(any*) Frozen(any*) Color(any) Color[attr] Perm(int) Perm(int)|Perm(small) Color.__members__ Level(small) Level(small)+any Enum(str,strs) list(Color) enum.Flag('F',strs)
    str.maketrans(any,any?) str.maketrans(str,str,str?) dict.fromkeys(iter,any?) int.from_bytes(bytes,order) float.fromhex(numtext) bytes.fromhex(str) object.__new__(type) type.mro(type) type.__call__(type,any*) super(Derived,Derived()).hello(any*)
    object.__reduce_ex__(any,few) object.__format__(any,spec) object.__getattribute__(any,attr) object.__setattr__(any,attr,any) BaseException.__new__(exc,any*) ExceptionGroup(str,list) BaseExceptionGroup(str,[error,error]) object.__eq__(any,any)
    ExceptionGroup('n',[error,ExceptionGroup('i',[error])]).split(exc) ExceptionGroup('n',[error,error]).subgroup(fn1) type.__or__(type,type) isinstance(any,type|type) int.__new__(type,any*) str.__new__(type,any*) tuple.__new__(type,any*)
    dict.__new__(type) list.__init__(any,iter) type.__setattr__(type,attr,any) contextvars.ContextVar(str,default=any).get() contextvars.copy_context().run(fn1,any) queue.Queue(few).get_nowait() graphlib.TopologicalSorter(dict).prepare()
    sys.intern(str) sys.getsizeof(any).__class__() sys.exc_info() sys._getframe().f_lineno.__class__() time_module.strftime(datefmt,(2024,2,29,1,2,3,3,60,0)) time_module.strptime(datetext,datefmt) locale.format_string(str,any)
    traceback.format_exception_only(error,None) traceback.format_exception(error) shown(error) warnings.warn(str,type) secrets.compare_digest(str,str) zoneinfo.ZoneInfo(str) array(typecode,iter).tobytes() lines(fn1) code(pytext)
""".split()

# Forms of statements; each uses names of its own.
FORMS = [
    # generators
    """
def made_«few»(p=«any»):
    try:
        got = yield «any»
        out('got', got)
        got = yield «any»
        «block»
    except «exc» as error:
        out('caught', error)
        yield «any»
    finally:
        out('finally')
        «simple»
    return «any»
h = made_«few»()
«drives»""",
    """
def inner():
    try:
        while True:
            out('inner', (yield «any»))
    except «exc» as error:
        out('inner caught', error)
        return «any»
    finally:
        out('inner ends')
def outer():
    try:
        result = yield from «inner()¦inner()¦inner()¦«iter»¦«any»¦counting()¦Odd()¦Proxy([1, 2])»
        out('result', result)
    except «exc» as error:
        out('outer caught', error)
    yield «any»
h = outer()
attempt(lambda: next(h))
«drives»""",
    """
def f_gen():
    «x = ¦x = y = ¦return ¦x += ¦x: int = ¦out(¦assert »«yield¦(yield)¦yield «any»¦(yield «any»)¦yield *c, 1»
attempt(lambda: list(f_gen()))""",
    """
h = («any» for i in «iter» if «any»)
«drives»""",
    # coroutines
    """
async def work(p=«any»):
    try:
        x = await «Wait(1)¦Wait(2)¦fetch(3)¦«any»¦gather().__anext__()¦sleepy()»
        out(x)
        async with «Box(3)¦Box(1)¦«any»¦AsyncOnly()» as y, Box(2):
            «block»
    except «exc» as error:
        out('async caught', error)
    finally:
        out(await Wait('fin'))
    return [«any» async for i in «Box(1)¦gather()¦«any»» if «i¦await Wait(1)¦«any»»]
attempt(lambda: drive(work()))
h = work()
«codrives»""",
    """
async def agen():
    try:
        for i in «range(3)¦«iter»»:
            got = yield i
            out('agot', got)
            «await Wait(1)¦pass¦out(await fetch(2))»
    except «exc» as error:
        out('agen caught', error)
        «yield «any»¦raise¦pass¦return»
    finally:
        out('agen ends')
        «await Wait('f')¦pass¦pass»
h = agen()
«adrives»""",
    """
async def compre():
    return «[¦{¦(»«any» async for i in «gather()¦Box(1)¦agen2()» «if await Wait(i)¦if i¦»« for j in range(2)¦ async for k in gather()¦»]
async def agen2():
    yield 1
    yield await Wait(2)
attempt(lambda: drive(compre()))""",
    """
async def loops():
    async for «i¦i, j¦c[0]¦f.x¦*i,» in «Box(1)¦gather()¦«any»¦Odd()»:
        «block»
        «break¦continue¦pass¦return i¦raise ValueError(i)»
    else:
        out('else')
    return «any»
attempt(lambda: drive(loops()))""",
    # exceptions
    """
def flow():
    for i in range(3):
        try:
            «return «any»¦raise «error»¦continue¦break¦pass¦out(i)»
        «except «exc» as error¦except «exc»¦except BaseException¦except*  ValueError¦except»:
            «return i¦raise¦raise «error» from «error¦None¦«error»»¦continue¦break¦pass¦del error»
        else:
            «out('else')¦return 'else'¦raise «error»¦continue»
        finally:
            «out('finally')¦return 'finally'¦break¦continue¦raise «error»¦pass»
    return 'end'
attempt(flow)""",
    """
try:
    try:
        raise «ExceptionGroup('g', [ValueError(1), TypeError(2), KeyError('k')])¦ExceptionGroup('o', [ExceptionGroup('i', [ValueError(3)]), OSError(4)])¦«error»¦BaseExceptionGroup('b', [KeyboardInterrupt(), ValueError(5)])»
    except* «exc1» as error:
        out('first', error, error.__traceback__ is None)
        «raise¦raise «error»¦pass¦«block1»¦raise error¦raise ExceptionGroup('new', [error])»
    except* («exc1», OSError):
        out('second')
        «raise¦raise «error»¦pass¦raise «error» from None»
    else:
        out('else')
    finally:
        out('finally')
except BaseException as error:
    out('left', error)""",
    """
try:
    try:
        raise «error»
    except Exception as error:
        error.add_note(«str»)
        raise «error» from «error¦None¦«error»¦«any»»
except BaseException as error:
    out(error, error.__suppress_context__, getattr(error, '__notes__', None))
    print(shown(error))""",
    """
def deep(n):
    «pass¦out(n)¦x = [n]»
    if n == 0:
        «raise «error»¦return 1 / 0¦«simple»¦return undefined_name¦return [].upend¦return c.appendd»
    return deep(n - 1) «+ 1¦¦or 2»
try:
    deep(3)
except Exception as error:
    print(shown(error))""",
    """
try:
    «simple»
    «simple»
    «simple»
except Exception as error:
    print(shown(error))""",
    """
def endless(n=0):
    return endless(n + 1) «+ 1¦¦or 2»
attempt(endless)
def other(*p, **q):
    return [other(*p, **q) for _ in (1,)]
attempt(other)""",
    # context managers
    """
@contextlib.contextmanager
def managed(v):
    out('in', v)
    try:
        yield «any»
    «except «exc» as error:¦finally:»
        out('out', v)
        «raise¦pass¦raise ValueError('m')¦yield 2¦return»
def run():
    with managed(1) as p, «managed(2)¦Box(1)¦contextlib.suppress(«exc1»)¦contextlib.nullcontext(3)¦«any»» as q:
        ««block»¦raise «error»¦return p¦return q»
    return 'after'
attempt(run)""",
    """
def stack():
    with contextlib.ExitStack() as s:
        s.callback(out, 'callback', «any»)
        s.enter_context(«Box(1)¦Box(3)¦«any»»)
        s.push(lambda *p: out('push', p[0]) or «bool»)
        «raise «error»¦return «any»¦s.pop_all().close()¦«simple»»
    return 'after'
attempt(stack)""",
    """
class Half:
    «__enter__ = lambda self: self¦__exit__ = lambda self, *p: «any»¦__aenter__ = 1¦__enter__ = __exit__ = lambda *p: «bool»¦__enter__ = None; __exit__ = 1»
def run():
    with Half() as «p¦c[0]¦(p, q)¦f.x¦*p¦[p, *q]»:
        «block»
attempt(run)""",
    # decorators
    """
def mark(*given):
    out('mark', given)
    def decorate(target):
        out('decorate', getattr(target, '__name__', None))
        return target
    return decorate
@mark(«any»)
@«mark()¦(lambda v: v)¦partial(lambda p, v: v, 1)¦[mark(2)][0]¦mark¦functools.wraps(len)¦«any»¦functools.cache¦staticmethod¦contextlib.contextmanager¦types.coroutine¦property»
«def¦async def¦def» decorated(p«¦: int¦: «annotation»»=«any») «-> «annotation»¦»:
    'doc'
    «block»
attempt(lambda: decorated)
attempt(lambda: decorated(«args»))
attempt(lambda: (decorated.__name__, decorated.__doc__, decorated.__annotations__, decorated.__wrapped__))""",
    """
@«functools.total_ordering¦dataclasses.dataclass¦(lambda c: c)¦enum.unique¦typing.final¦functools.singledispatch¦staticmethod¦«any»»
class Decorated«¦¦(Box)¦(enum.Enum)¦(object, metaclass=Meta)»:
    x« = «any»¦: int = 1¦: «annotation» = «any»¦: int»
    def __lt__(self, o): return «any»
attempt(lambda: Decorated)
attempt(lambda: Decorated(«args»))
attempt(lambda: Decorated() «comparison» Decorated())""",
    # functions and arguments
    """
def taker(«parameters»):
    return «locals()¦[«names»]¦«any»»
attempt(lambda: taker(«args»))
attempt(lambda: taker(«args»))
attempt(lambda: taker(*«iter», **«dict»))
attempt(lambda: (taker.__defaults__, taker.__kwdefaults__, taker.__code__.co_varnames, taker.__code__.co_argcount, taker.__code__.co_flags & 15))
attempt(lambda: inspect.signature(taker))""",
    """
attempt(lambda: «(lambda p, /, q=1, *r, s, **t: (p, q, r, s, t))¦(lambda *, k: k)¦(lambda p, q: p)¦Box¦Point¦(lambda p=«any», *q: (p, q))¦dict¦print_to¦sorted»(«args»))""",
    """
def outer(x=«any»):
    y = «any»
    def middle():
        «nonlocal y¦nonlocal x, y¦global y¦pass¦y = 5¦nonlocal zz»
        «y = «any»¦x = y¦del y¦y += 1¦out(y)¦x = lambda: y»
        def innermost():
            «nonlocal y¦global a¦pass¦nonlocal x»
            «y = [x, y]¦a = 3¦out(x)¦return lambda: (x, y)¦del x»
            return «y¦x¦a»
        return innermost
    attempt(lambda: middle()())
    «del x¦x = 1¦pass¦pass»
    return «(x, y)¦y¦[y for _ in 'ab']¦[(lambda: x)() for y in 'cd']¦locals()¦eval('y')¦middle.__code__.co_freevars¦[i.cell_contents for i in middle.__closure__]»
attempt(outer)""",
    """
class Scope:
    x = «any»
    y = «[x for _ in range(2)]¦[i for i in (x, x)]¦lambda: x¦x¦(lambda p=x: p)()¦[(x := i) for i in 'ab']¦[lambda: __class__ for _ in 'a']¦__qualname__¦__module__»
    «global a¦nonlocal x¦pass¦del x¦for x in 'ab': pass¦a = a¦x: «annotation»¦import math¦from math import *¦with Box(1) as x: pass»
    def m(self): return «x¦y¦__class__¦self.y¦super()¦self.__private¦Scope»
    __private = «any»
    «pass¦out(sorted(k for k in locals() if k[0] != '_'))¦a = 7»
attempt(lambda: Scope.y)
attempt(lambda: Scope().m())
attempt(lambda: Scope._Scope__private)
attempt(lambda: Scope.__dict__.keys())""",
    """
attempt(lambda: «[«(i, j)¦[j for j in i]¦lambda: i¦(k := a)¦(l := i)¦i if j else a¦f'{i}{j}'» for i in «iter» «if (k := i)¦if i¦¦if «any»» for j in «[i, i]¦i¦«iter»¦range(i)¦[a for a in 'ab']»]¦{«(i, j)¦[j for j in i]¦lambda: i¦(k := a)¦(l := i)¦i if j else a¦f'{i}{j}'» for i in «iter» «if (k := i)¦if i¦¦if «any»» for j in «[i, i]¦i¦«iter»¦range(i)¦[a for a in 'ab']»}¦{i: «(i, j)¦[j for j in i]¦lambda: i¦(k := a)¦(l := i)¦i if j else a¦f'{i}{j}'» for i in «iter» «if (k := i)¦if i¦¦if «any»» for j in «[i, i]¦i¦«iter»¦range(i)¦[a for a in 'ab']»}¦list(«(i, j)¦[j for j in i]¦lambda: i¦(k := a)¦(l := i)¦i if j else a¦f'{i}{j}'» for i in «iter» «if (k := i)¦if i¦¦if «any»» for j in «[i, i]¦i¦«iter»¦range(i)¦[a for a in 'ab']»)»)""",
    """
«from math import sqrt as q, pi¦import xml.sax as q¦from os import nothing¦import nothing.at.all¦from . import x¦from math import *¦import math, cmath as q¦from collections.abc import Mapping as q¦from nothing import x¦import math.x¦from .x import y¦from itertools import (chain as q, count,)»
out(q)""",
    """
def taken():
    «import math¦from math import pi¦import os.path¦from collections import deque as dq, OrderedDict»
    «return sorted(locals())¦del math¦return math.pi¦return dq¦return os.path.sep»
attempt(taken)""",
    # deletion, assignment, starred
    """
def removes():
    p, q, r = «any», «any», [1, 2, 3]
    del «p¦p, q¦(p, [q])¦r[0]¦r[:], p¦f.x, p¦p, p¦r[9]¦(p)¦[p, q]¦p.x¦d['k']¦r[::2]¦()¦zz»
    return «p¦q¦r¦(p, q)¦locals()»
attempt(removes)""",
    """
«*p, q¦p, *q¦p, *q, r¦[p, [q, *r]]¦(p, q), r¦p¦*p,¦p, q¦p, q, r¦[]¦()¦p.x¦*p, *q¦(*p, (q, r))¦p[0], q¦*c[0], p¦*f.x, q» = ««iter»¦«iter»¦«any»¦*«iter», «any»¦*«iter», *«iter»¦Odd()¦Box(1)¦1, 2¦[1, [2, 3]]»
out(p)
out(q)""",
    """
for «p¦p, q¦*p, q¦[p, q]¦c[0]¦f.x¦(p, (q, r))¦d['k']¦p.x» in ««iter»¦*«iter», 3¦«pairs»¦«any»¦Odd()¦enumerate(«iter»)»:
    out(«p¦q¦c¦f.x¦d»)
    «break¦continue¦pass¦del p¦p = 1¦c.append(1) if len(c) < 9 else None»
else:
    out('else')""",
    """
x = «any»
try:
    x «+¦-¦*¦/¦//¦%¦@¦&¦^¦|¦-»«equals» «any»
finally:
    out(x)""",
    """
x = «Number(3)¦[1, 2]¦'ab'¦Box(1)¦{1}¦{'a': 1}¦3¦2.5¦(1,)¦bytearray(b'a')¦Proxy(4)¦deque([1])¦Counter('a')¦MyInt(2)¦Perm.R¦Decimal(2)¦True¦2j¦frozenset({1})¦array('i', [1])¦timedelta(1)»
y = x
try:
    x «+¦-¦*¦/¦//¦%¦@¦&¦^¦|¦-¦*¦|»«equals» ««few»¦«iter»¦«any»¦x¦Number(2)»
finally:
    out(x, y, type(x) is float or x is y)""",
    """
x = «Number(3)¦2¦2.5¦Box(1)¦3j¦Fraction(1, 2)¦MyInt(2)¦True¦Proxy(2)¦Decimal(3)»
x «**¦<<¦>>»«equals» ««few»¦2¦-1¦0.5¦None¦Number(2)¦'a'»
out(x)""",
    """
m = ««list»¦«pymem»¦«array»¦«deque»¦«memory»¦Mine([1, 2, 3])¦Proxy([1, 2])¦bytearray(b'abcdefg')¦[*range(12)]»
try:
    «m[«slice»] = «iter»¦del m[«slice»]¦m[«slice»] = m¦m[«slice»] = «any»¦m[«small»] = «any»¦del m[«small»]¦m[«slice»] += «iter»¦m[«small»] += «any»¦m[«slice»] *= «few»¦m[«any»] = «any»¦m[«slice»] = «bytes»»
finally:
    out(m, len(m))""",
    """
def annotated(p: «annotation», *q: «annotation», r: «annotation» = 1) -> «annotation»:
    x: «annotation» = «any»
    y: «annotation»
    (z): int = 3
    f.x: «annotation» = 1
    c[0]: int
    return «x¦y¦z¦locals()»
attempt(lambda: annotated(1))
attempt(lambda: annotated.__annotations__)
class Annotated:
    x: «annotation» = «any»
    y: «annotation»
    __z: int
attempt(lambda: Annotated.__annotations__)
attempt(lambda: typing.get_type_hints(Annotated))""",
    # classes
    """
class Base_:
    def __init_subclass__(cls, /, k=«any», **q):
        out('subclass', cls.__name__, k, q)
        «super().__init_subclass__(**q)¦super().__init_subclass__()¦pass¦raise «error»»
    def __set_name__(self, owner, name): out('set name', owner.__name__, name); «pass¦raise «error»»
    def __class_getitem__(cls, i): return cls.__name__, i
attempt(lambda: type('Sub', (Base_,), {'at': «Base_()¦1»}, «k=1¦z=2¦**d¦»))
class Sub(Base_, «k=«any»¦Box¦*[Box]¦**{'k': 2}¦metaclass=Meta¦z=3»):
    at = Base_()
attempt(lambda: Sub[«any»])
attempt(lambda: Base_[1, 2:3, ...])""",
    """
class M_(type):
    @classmethod
    def __prepare__(m, name, bases, **q): out('prepare', name, q); return «{}¦MyDict()¦OrderedDict()¦«any»¦{'pre': 1}»
    def __new__(m, name, bases, space, **q): out('new', name, sorted(k for k in space if k[0] != '_')); return «super().__new__(m, name, bases, dict(space))¦type.__new__(m, name, bases, space)¦«any»¦super().__new__(m, name, bases, space, **q)»
    def __init__(c, *p, **q): out('init', len(p), q); «super().__init__(*p)¦pass¦super().__init__(*p, **q)»
    def __call__(c, *p, **q): out('call', p, q); return «super().__call__(*p, **q)¦«any»»
    def «special»(c, *p): return «any»
class By(«metaclass=M_¦Box, metaclass=M_¦metaclass=M_, k=1¦list, metaclass=M_¦metaclass=lambda *p, **q: p¦int, metaclass=Meta¦metaclass=«any»»):
    x = «any»
    def y(self): return __class__
attempt(lambda: By(«args»))
attempt(lambda: «use:By»)
attempt(lambda: isinstance(«any», By))
attempt(lambda: By.y)""",
    """
class D_:
    «def __get__(self, o, t=None): out('get', t.__name__); return «any»¦__get__ = «any»¦pass»
    «def __set__(self, o, v): out('set', v)¦__set__ = None¦pass¦pass»
    «def __delete__(self, o): out('delete')¦pass¦pass»
    «def __set_name__(self, owner, name): self.name = name; out(name)¦pass»
class Has«¦(Box)¦(MyDict)¦(metaclass=Meta)»:
    at = D_()
    def __init__(self): «self.__dict__['at'] = 5¦self.at = 1¦pass»
h = Has()
attempt(lambda: h.at)
attempt(lambda: setattr(h, 'at', «any»))
attempt(lambda: h.at)
attempt(lambda: delattr(h, 'at'))
attempt(lambda: Has.at)
Has.at = «D_()¦1¦property(lambda s: «any»)¦len¦«any»»
attempt(lambda: h.at)
attempt(lambda: h.__dict__)""",
    """
class P_«¦(Box)¦(dict)»:
    @property
    def p(self): out('get'); return «any»
    @p.setter
    def p(self, v): out('set', v); «self._p = v¦raise «error»¦pass»
    «@p.deleter¦@property¦@staticmethod¦@classmethod¦@functools.cached_property»
    def «p¦q»(self): out('q'); return «any»
h = P_()
attempt(lambda: h.p)
attempt(lambda: h.q)
attempt(lambda: setattr(h, «'p'¦'q'», «any»))
attempt(lambda: delattr(h, «'p'¦'q'»))
attempt(lambda: (h.q, h.q))
attempt(lambda: P_.p.fget)""",
    """
class S_«¦(Slotted)¦(Box)¦(int)¦(tuple)¦(list)¦(Exception)¦(Slotted, Box)¦(str)¦(type)¦(Slotted, list)¦(Positive)»:
    __slots__ = «'p'¦('p', 'q')¦['p', '__dict__']¦()¦('p', '__weakref__')¦{'p': 'doc'}¦('p', 'p')¦('1',)¦(1,)¦'__p'¦('x',)¦«strs»¦«any»»
    «p = 1¦pass¦pass¦def m(self): return self.__p»
attempt(lambda: S_(«args»))
h = S_()
attempt(lambda: h.p)
attempt(lambda: setattr(h, «'p'¦'q'¦'zz'», «any»))
attempt(lambda: (h.p, hasattr(h, '__dict__'), hasattr(h, '__weakref__')))
attempt(lambda: delattr(h, 'p'))
attempt(lambda: copy.copy(h))
attempt(lambda: S_.p)
attempt(lambda: S_.__slots__)""",
    """
class A1«¦(Box)¦(dict)¦(int)¦(Exception)¦(metaclass=Meta)¦(Slotted)»: x = 1
class A2«¦(A1)¦(Box)¦(list)¦(A1, Box)¦(object)¦(Box, A1)¦(type)¦(str)»: y = 2
class A3(«A1, A2¦A2, A1¦A2¦A1, A2, Box¦A1, object¦object, A1¦A1, A1¦A2, Slotted¦A2, A1, int»):
    def z(self): return super().«x¦y¦z¦__init__()¦__class__»
attempt(lambda: A3.__mro__)
attempt(lambda: A3().z())
h = A2()
attempt(lambda: setattr(h, '__class__', «A1¦A3¦Box¦int¦1¦Slotted¦«any»»))
attempt(lambda: (type(h), h.y))
attempt(lambda: setattr(A3, '__bases__', «(A1,)¦(A2,)¦(Box,)¦(A3,)¦()¦(int,)¦1¦(A2, A1)»))
attempt(lambda: A3.__mro__)
attempt(lambda: A1.__subclasses__())
attempt(lambda: super(A1, h).x)
attempt(lambda: super(A3, A3).x)""",
    """
class Full«¦(Box)¦(int)¦(list)¦(dict)¦(str)¦(float)¦(tuple)¦(set)¦(bytes)¦(complex)¦(frozenset)¦(Number)¦(bytearray)¦(deque)¦(OrderedDict)¦(defaultdict)¦(Mine)»:
    def «special»(self, *p): out('«few»', «p¦len(p)»); return «answer»
    def «special»(self, *p): out('«few»', «p¦len(p)»); return «answer»
    def «special»(self, *p): return «answer»
    def «special»(self, *p): return «answer»
h = Full()
attempt(lambda: «use:h»)
attempt(lambda: «use:h»)
attempt(lambda: «use:h»)
attempt(lambda: «use:Full(«args»)»)
attempt(lambda: «use:[h, h]»)""",
    """
class Partial«(int)¦(list)¦(dict)¦(str)¦(float)¦(tuple)¦(set)¦(bytes)¦(Exception)¦(type)¦(object)»:
    def __new__(cls, *p, **q): out('new', p); return «super().__new__(cls)¦super().__new__(cls, *p)¦«any»¦object.__new__(cls)¦int.__new__(cls)¦super().__new__(cls, *p, **q)»
    def __init__(self, *p, **q): out('init', p, q); «super().__init__()¦super().__init__(*p)¦pass¦return 1¦self.x = p»
attempt(lambda: Partial(«args»))
h = Partial()
attempt(lambda: «use:h»)
attempt(lambda: (h == «any», h.__dict__))""",
    """
class Attr«¦(Box)¦(dict)»:
    x = «any»
    def __getattr«__¦ibute__¦__»(self, name): out('getattr', name) if name[:2] != '__' else None; «return «any»¦raise AttributeError(name)¦return super().__getattribute__(name)¦raise «error»¦return object.__getattribute__(self, name)»
    «def __setattr__(self, name, v): out('setattr', name, v); object.__setattr__(self, name, v)¦def __delattr__(self, name): out('delattr', name)¦def __dir__(self): return «strs»¦pass»
h = Attr()
attempt(lambda: h.x)
attempt(lambda: h.zz)
attempt(lambda: setattr(h, 'w', «any»))
attempt(lambda: h.w)
attempt(lambda: delattr(h, «'w'¦'x'»))
attempt(lambda: hasattr(h, 'nope'))
attempt(lambda: getattr(h, 'nope', 3))
attempt(lambda: «use:h»)""",
    """
@dataclasses.dataclass(«¦frozen=True¦order=True¦slots=True¦eq=False¦kw_only=True¦repr=False¦unsafe_hash=True¦frozen=True, order=True¦slots=True, frozen=True¦match_args=False»)
class DC«¦(Data)¦(Frozen)¦(Box)»:
    p: int«¦ = 1¦ = «any»¦ = dataclasses.field(default_factory=list)¦ = dataclasses.field(repr=False, default=3)¦ = []»
    q: «annotation» = «2¦«any»¦dataclasses.field(default=2, kw_only=True)¦dataclasses.field(init=False, default=4)¦dataclasses.field(compare=False, default=0)¦dataclasses.KW_ONLY»
    r: typing.ClassVar[int] = 5
    s: «dataclasses.InitVar[int] = 6¦int = 7¦dataclasses.KW_ONLY»
    «def __post_init__(self, *p): out('post', p)¦pass¦def __eq__(self, o): return True»
attempt(lambda: DC(«args»))
attempt(lambda: DC(1))
attempt(lambda: DC(1, 2) == DC(1, 3))
attempt(lambda: DC(1) < DC(2))
attempt(lambda: hash(DC(1)).__class__)
attempt(lambda: dataclasses.replace(DC(1), p=«any»))
attempt(lambda: repr(DC(1)))
attempt(lambda: setattr(DC(1), 'p', 2))
attempt(lambda: dataclasses.asdict(DC(1)))
attempt(lambda: DC.__match_args__)""",
    """
class E_(«enum.Enum¦enum.IntEnum¦enum.Flag¦enum.IntFlag¦str, enum.Enum¦enum.StrEnum¦int, enum.Enum¦Color¦enum.Enum, boundary=enum.KEEP»):
    A = «1¦enum.auto()¦'a'¦«any»¦(1, 2)¦0»
    B = «2¦enum.auto()¦'b'¦A¦«any»¦4»
    C = «1¦enum.auto()¦'a'¦enum.nonmember(3)¦3¦«any»»
    «def m(self): return self.value¦@property¦pass¦_ignore_ = ['B']¦A = 5¦def _missing_(cls, v): return cls.A¦def __str__(self): return 'me'»
    «def n(self): return self.name¦def __init__(self, *p): self.w = p¦pass»
attempt(lambda: list(E_))
attempt(lambda: E_.A)
attempt(lambda: repr(E_.A) + str(E_.B) + format(E_.A))
attempt(lambda: E_(«small»))
attempt(lambda: E_[«'A'¦'Z'¦1»])
attempt(lambda: E_.A «|¦&¦^¦<¦==¦+¦is» E_.«A¦B¦C»)
attempt(lambda: ~E_.A)
attempt(lambda: E_.A.m())
attempt(lambda: «1¦'a'¦E_.B¦«any»» in E_)
attempt(lambda: setattr(E_, 'A', 1))
attempt(lambda: E_.__members__)""",
    """
class G_(typing.Generic[T]«¦, Box»):
    x: T
attempt(lambda: «G_[int]¦G_[int]()¦G_[T][str]¦G_[int, str]¦G_[int].__args__¦G_.__parameters__¦G_[«any»]¦typing.get_type_hints(G_[int])¦G_[int].__origin__¦isinstance(1, G_[int])»)
attempt(lambda: «int | None¦int | str | int¦list[int] | None¦«type» | «any»¦None | int¦(int | str).__args__¦(int | list[T])[str]¦isinstance(«any», int | None)¦isinstance(1, list[int] | int)¦issubclass(bool, int | str)¦hash(int | str) == hash(str | int)¦T | None¦'a' | int¦type(None) | None¦int | list[int] == list[int] | int»)
attempt(lambda: «list[int]()¦list[int].__origin__¦dict[str, T].__parameters__¦tuple[()]¦list[int] == list[int]¦list[T][int]¦tuple[T, ...][int]¦(list[int]).append¦list[*c]¦list[*tuple[int, str]]¦type[int]¦isinstance([], list[int])¦list[int][str]¦copy.copy(list[int])¦list[list[T]][int]¦dict[T, T][int]¦iter(list[int])¦len[int]¦list[...]¦list['a']¦list[[1]]¦int[str]»)""",
    """
@functools.singledispatch
def disp(v): return 'base'
@disp.register
def _(v: int): return 'int'
@disp.register(«type»)
def _(v): return «any»
attempt(lambda: disp(«any»))
attempt(lambda: disp(1))""",
    """
class Dies:
    def __init__(self, n): self.n = n
    def __del__(self): out('dies', self.n)
def lives(p):
    q = Dies('q')
    «del p¦p = None¦pass¦q = p¦return p¦raise ValueError¦[Dies(i) for i in range(2)]¦Dies('t').n¦x = [Dies('l')]; x.clear()¦x = Dies('u'), q¦r = weakref.ref(q, lambda w: out('gone')); del q; out(r())»
    out('end')
attempt(lambda: lives(Dies('p')))
h = [Dies(1), Dies(2)]
«h.pop()¦h[0] = 3¦h = None¦del h[:]¦h.clear()¦h = h[1:]¦a, h = h¦h += [Dies(3)]; del h[0]¦h.append(h[0].n); h.reverse(); h.pop()»
out('after')""",
    """
class Ring:
    def __init__(self): self.me = self; self.d = {'me': self}; out('made')
    def __del__(self): out('ring dies', «self.me is self¦sorted(self.__dict__)¦gc.is_finalized(self)»)
    «__slots__ = ('me', 'd', '__weakref__')¦pass¦kept = []¦pass»
def leaves():
    r = Ring()
    w = weakref.ref(r«¦, lambda w: out('gone', w() is None)»)
    «r.d['l'] = [r, w]¦r.f = lambda: r¦pass¦r.g = (i for i in [r])¦kept.append(w)¦r.e = ValueError(r)»
    del r
    gc.collect()
    return w() is None
kept = []
attempt(leaves)
out(len(kept))""",
    """
attempt(lambda: compile(«broken», 'p', «'exec'¦'exec'¦'exec'¦'eval'¦'single'»))""",
    """
attempt(lambda: code(«broken»))""",
    """
out(*[i.__class__ for i in «iter»])
print(«any», «any», sep=«sep», end=«'\\n'¦'--\\n'¦None»)
out(*«iter», **«{}¦{}¦{'x': 1}»)""",
    """
class Num:
    def __init__(self, n): self.n = n
    def __«index¦int¦float¦complex¦trunc¦bool¦len¦round¦abs¦floor¦ceil¦hash»__(self, *p): return «self.n¦True¦«any»¦1.5¦MyInt(3)»
    def __«index¦int¦float¦complex¦trunc¦bool¦len¦round¦abs¦floor¦ceil¦hash»__(self, *p): return «self.n¦2¦«any»»
h = Num(«num»)
attempt(lambda: «conversion:h»)
attempt(lambda: «conversion:h»)
attempt(lambda: «conversion:h»)""",
    """
match ««any»¦«any», «any»¦*«iter», 1¦(«any»)¦Point(1, 2)¦Data(1)¦{'x': 1, 'y': [1, 2]}¦Color.RED¦Mine([1, 2, 3])¦MyDict(x=1)¦Frozen(1, 'b')¦[1, [2, [3]]]¦deque([1, 2])¦'ab'¦b'ab'¦range(3)¦True¦Number(3)»:
    case «pattern»:
        out(1, «names»)
    case «pattern» | «pattern»:
        out(2, «names»)
    case «pattern» if «any»:
        out(3)
    case [«pattern», *rest] | {'x': rest}:
        out(4, rest)
    case Point(p, y=q) | Data(p) | Frozen(p, q):
        out(5)
    case Color.RED | Color.GREEN:
        out(6)""",
    """
events = []
def tracer(frame, event, arg):
    if frame.f_code.co_filename == 'program' and len(events) < 60 and events[-1:] != [(event[0], frame.f_lineno - first)]:
        events.append((event[0], frame.f_lineno - first))
    return tracer
def traced(p=«any»):
    «block»
    «block1»
    return «any»
first = traced.__code__.co_firstlineno
sys.settrace(tracer)
try:
    traced()
except Exception as error:
    pass
finally:
    sys.settrace(None)
out(*events)""",
]

# What a special method answers, and how an object with them is used; @ stands for the object.
SPECIALS = """
    __add__ __radd__ __iadd__ __sub__ __rsub__ __mul__ __rmul__ __imul__ __truediv__ __floordiv__ __mod__ __rmod__ __divmod__ __pow__ __rpow__ __ipow__ __lshift__ __and__ __rand__ __or__ __ror__ __xor__ __matmul__
    __rmatmul__ __neg__ __pos__ __abs__ __invert__ __eq__ __ne__ __lt__ __le__ __gt__ __ge__ __hash__ __bool__ __len__ __length_hint__ __iter__ __next__ __reversed__ __contains__ __getitem__ __setitem__ __delitem__ __missing__
    __call__ __repr__ __str__ __format__ __bytes__ __int__ __float__ __complex__ __index__ __round__ __trunc__ __floor__ __ceil__ __enter__ __exit__ __get__ __getattr__ __await__ __aiter__ __anext__ __copy__ __deepcopy__ __reduce__
    __reduce_ex__ __getstate__ __getnewargs__ __sizeof__ __instancecheck__ __subclasscheck__ __dir__ __fspath__ __class_getitem__ __mro_entries__ __iand__ __ior__ __isub__ keys __getattribute__ __rdivmod__ __aenter__ __aexit__
""".split()
ANSWERS = ["p", "self", "1", "'s'", "NotImplemented", "None", "p[0] if p else 3", "«any»", "«any»", "True", "2.5", "[1, 2]", "iter([1, 2])", "super().__len__()", "(lambda *p: p)", "-1", "(yield 1)",
           "1 / 0", "MyInt(2)", "MyStr('s')", "(str, ('r',))", "{'x': 1}", "b'b'", "2**70", "self.zz", "''", "()", "len(self)", "«small»", "«str»"]
USES = ["@ + «any»", "«any» + @", "@ - «any»", "«any» - @", "@ * «few»", "«few» * @", "@ / «any»", "@ // «any»", "@ % «any»", "«str» % @", "divmod(@, «any»)", "divmod(«any», @)", "@ ** «few»", "«few» ** @", "pow(@, 2, 3)",
        "@ << «few»", "@ & «any»", "«any» & @", "@ | «any»", "«any» | @", "@ ^ «any»", "@ @ «any»", "-@", "+@", "~@", "abs(@)", "@ == «any»", "«any» == @", "@ != «any»", "@ < «any»", "«any» < @", "@ <= @", "@ >= 1", "hashed(@)",
        "not @", "bool(@)", "len(@)", "list(@)", "tuple(@)", "[*@]", "{**@}", "dict(@)", "set(@)", "iter(@)", "next(@)", "reversed(@)", "«any» in @", "@[«any»]", "@[«slice»]", "@.__setitem__(«any», 1)", "@(«args»)", "repr(@)", "str(@)", "format(@, «spec»)",
        "f'{@}'", "f'{@!r:>9}'", "bytes(@)", "int(@)", "float(@)", "complex(@)", "range(@)", "round(@)", "round(@, 1)", "math.trunc(@)", "math.floor(@)", "math.ceil(@)", "''.join(@)", "sorted(@)", "sum(@)", "max(@)", "min(@, default=1)",
        "any(@)", "isinstance(1, @)", "issubclass(int, @)", "copy.copy(@)", "copy.deepcopy(@)", "[1, 2, 3][@]", "'abc'[@:]", "'abc'.join(@)", "print_to(@)", "json.dumps(@)", "@.zz", "@.x", "hasattr(@, 'zz')", "vars(@)", "zip(@, @)", "map(str, @)",
        "enumerate(@)", "bytearray(@)", "str(@, 'ascii')", "[0] * @", "chr(@)", "hex(@)", "bin(@)", "(lambda *p, **q: (p, q))(*@)", "(lambda *p, **q: (p, q))(**@)", "[i for i in @]", "operator.length_hint(@)", "list.extend([], @)", "{1}.union(@)",
        "{}.update(@)", "type('X', (@,), {})", "@[1:2] ", "isinstance(@, Box)", "@ is @", "(@, 1) == (@, 1)", "[@].index(@)", "[@, @].count(1)", "{@: 1}", "{@}", "@ in [1, @]", "drive(sends(@))", "'%s %r %d' % (@, @, @)", "'{0:5} {0[0]}'.format(@)",
        "memoryview(@)", "deque(@)", "Counter(@)", "'x'.startswith(@)", "@.__class__", "int(@, 10)", "int('1', @)", "'a'.replace('a', @)", "getattr(@, 'real')", "os.fspath(@)", "math.sqrt(@)", "[].sort(key=@)", "functools.reduce(@, [1, 2])",
        "super(Full, @)", "list(map(@, [1]))", "filter(@, [1])", "{}.get(@)", "eval(@)", "exec(@)", "compile(@, 'f', 'eval')", "struct.pack('i', @)", "'abc'.split(@)", "b'abc' + @", "[1] + @", "(1,) + @", "'a' + @", "slice(@).indices(5)", "Fraction(@)", "Decimal(@)"]
CONVERSIONS = ["int(@)", "float(@)", "complex(@)", "bool(@)", "len(@)", "round(@)", "round(@, 1)", "abs(@)", "hashed(@)", "range(@)", "[1, 2][@]", "chr(@)", "hex(@)", "math.floor(@)", "math.ceil(@)", "math.trunc(@)", "math.sqrt(@)", "'a' * @",
               "bytes(@)", "'%d' % @", "'%f' % @", "'%x' % @", "'%c' % @", "format(@)", "struct.pack('q', @)", "struct.pack('d', @)", "int('11', @)", "operator.index(@)", "pow(2, @)", "divmod(@, 2)", "float.__add__(1.0, @)", "1.5 + @", "array('i', [@])",
               "math.factorial(@)", "math.gcd(@, 4)", "slice(None, @).indices(9)", "[1, 2, 3][:@]", "int.from_bytes(b'a', 'big') + @", "Fraction(@)", "Decimal(@)", "timedelta(@)", "bytearray(@)", "round(2.5, @)", "sum([1, @])", "complex(1, @)", "date(@, 1, 1)",
               "math.ldexp(1.0, @)", "str(@)[:1]", "1 << @", "bin(@)", "math.comb(5, @)", "math.isqrt(@)", "cmath.sqrt(@)"]
