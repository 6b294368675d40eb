"""Regular expressions: compiled from words, matched with stacks that grow, substituted, split."""
import _sre

# (a|bc)*?cd, [\w\u0401]+(), x(?=y)(?>y)() as `re` compiles them.
lazy = [14, 4, 0, 2, 4294967295, 23, 21, 0, 4294967295, 17, 0, 7, 5, 16, 97, 15, 9, 7, 16, 98, 16, 99, 15, 2, 0, 17, 1,
        19, 16, 99, 16, 100, 1]
words = [14, 4, 0, 1, 4294967295, 24, 11, 1, 4294967295, 13, 6, 8, 14, 16, 1025, 0, 1, 17, 0, 17, 1, 1]
looks = [14, 8, 1, 2, 2, 1, 1, 120, 0, 16, 120, 4, 5, 0, 16, 121, 1, 27, 4, 16, 121, 1, 17, 0, 17, 1, 1]
for code, text in ((lazy, 'abc' * 40 + 'cd'), (words, 'one \u0401\u0401 two'), (words, 'one two'), (looks, 'xyxy')):
    p = _sre.compile('p', 0, code, 1, {'g': 1}, (None, 'g'))
    m = p.search(text)
    print(m, m.groups(), m.groupdict(), m.regs, m.span('g'), m.lastgroup)
    print(p.findall(text), p.split(text), p.subn(text[:1], text), p.sub(lambda m: m.group(), text))
    print([m.span() for m in p.finditer(text)], p == _sre.compile('p', 0, code, 1, {}, ()), repr(p))
try:
    _sre.compile(None, 0, [7, 1], 0, {}, ())
except RuntimeError as error:
    print(error)
