"""Regular expressions with pseudo-random patterns over pseudo-random texts:
the same calls with the same arguments in every implementation, errors included."""
import re

from support import Random

random = Random(2024)
rnd, pick = random.below, random.pick


ATOMS = ['a', 'b', 'c', 'ab', '.', '[ab]', '[^a]', '[a-c]', r'\w', r'\W', r'\d', r'\s', r'\b', r'\B', '^', '$', '1', ' ',
         'é', '\u0416', '[\u0410-\u042f]', '[^\u0410]', r'\S', '\n', '[\\w ]', '\\Z', '\\A', '[b1 ]']
REPEATS = ['*', '+', '?', '*?', '+?', '??', '{2}', '{1,2}', '{,2}', '{1,}?', '{0,2}?']


def simple(depth):
    """An atom, repeated or not; groups are numbered as they come."""
    kind = rnd(12) if depth > 0 else rnd(5)
    if kind < 5:
        text = pick(ATOMS)
        if len(text) == 2 and text == 'ab':
            return text
        return text + (pick(REPEATS) if rnd(3) == 0 and text not in ('^', '$', r'\b', r'\B', '\\Z', '\\A') else '')
    inner = pattern(depth - 1)
    if kind < 8:
        return '(' + inner + ')' + (pick(REPEATS) if rnd(3) == 0 else '')
    if kind < 10:
        return '(?:' + inner + ')' + (pick(REPEATS) if rnd(2) == 0 else '')
    if kind == 10:
        return pick(['(?=', '(?!', '(?>', '(?i:', '(?s:']) + inner + ')'
    return pick(['(?<=', '(?<!']) + pick(['a', 'ab', '[bc]', 'a|b', r'\w', '^', r'\b']) + ')'


def pattern(depth):
    parts = [''.join(simple(depth) for _ in range(1 + rnd(3))) for _ in range(1 + (rnd(3) == 0) + (rnd(6) == 0))]
    return '|'.join(parts)


def text():
    alphabet = pick(['ab', 'abc', 'aAbB1 ', 'ab \n', 'aé\u0416', '\u0416\u0436a b', 'a\U0001f600b1', 'abc'])
    return ''.join(pick(alphabet) for _ in range(rnd(12)))


def show(m):
    return m and (m.span(), m.groups(), m.lastindex, m.regs)


for number in range(1500):
    source = pattern(3)
    if rnd(6) == 0 and '(' in source:
        source += pick([r'\1', '(?(1)a|b)', '(?(1)a)'])
    flags = pick([0, 0, 0, re.I, re.M, re.S, re.A, re.I | re.A, re.M | re.S])
    try:
        compiled = re.compile(source, flags)
    except re.error as error:
        print(number, ascii(source), error)
        continue
    for _ in range(3):
        s = text()
        print(number, ascii(source), int(flags), ascii(s), show(compiled.match(s)), show(compiled.search(s)),
              show(compiled.fullmatch(s)), ascii(compiled.findall(s)), ascii(compiled.split(s)),
              ascii(compiled.subn('-', s)), show(compiled.search(s, rnd(4), rnd(12))))
    if source.isascii() and not flags:
        b = bytes(text(), 'utf-8')
        compiled = re.compile(source.encode())
        print(number, b, show(compiled.search(b)), compiled.findall(b), compiled.split(b))
