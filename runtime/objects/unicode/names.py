"""Names of characters, packed: words by frequency, a phrase of words for each name, and a hash table of the names."""
import re
from collections import Counter


def tokens(name):
    """The words of a name; a word that ends with a hyphen has no space behind it, unless the next begins with one."""
    words = []
    for word in name.split(" "):
        parts = re.findall(r"[^-]*-|[^-]+", word)
        if words and words[-1].endswith("-"):
            parts[0] = " " + parts[0]
        words += parts
    assert joined(words) == name, name
    return words


def joined(words):
    text = ""
    for word in words:
        text += word if not text or text.endswith("-") else " " + word
    return text


def name_hash(name):
    value = 2166136261
    for byte in name.encode():
        value = (value ^ byte) * 16777619 & 0xFFFFFFFF
    return value


class Names:
    """Named things have an index: characters in order, then aliases, then sequences. Characters whose names are a prefix
    and their code point in hexadecimal (`numbered`) have none."""

    def __init__(self, characters, aliases, sequences):
        self.numbered = []  # [first, last, prefix]
        self.runs = []  # [first character, its index]
        phrases = []
        last = None
        for code, character in sorted(characters.items()):
            name = character.name
            if name is None:
                continue
            if name.endswith(f"-{code:04X}"):
                prefix = name[:-len(f"{code:04X}")]
                if self.numbered and self.numbered[-1][1:] == [code - 1, prefix]:
                    self.numbered[-1][1] = code
                else:
                    self.numbered.append([code, code, prefix])
                continue
            if last != code - 1:
                self.runs.append((code, len(phrases)))
            phrases.append(name)
            last = code
        self.characters = len(phrases)
        # Behind the last character, so that every run has a next one.
        self.runs.append((0x110000, len(phrases)))
        self.aliases = [code for _, code in aliases]
        phrases += [name for name, _ in aliases]
        self.sequences = [codes for _, codes in sequences]
        assert max(map(len, self.sequences)) <= 4  # struct unicode_named
        phrases += [name for name, _ in sequences]
        self.longest = max(map(len, phrases))
        assert self.longest < 128  # UNICODE_NAME_ROOM
        self.pack(phrases)
        self.make_table(phrases)

    def pack(self, phrases):
        """A phrase is a byte or two for each word, and a zero. Bytes up to `short` are words themselves."""
        counts = Counter(word for name in phrases for word in tokens(name))
        order = [word for word, _ in counts.most_common()]
        self.short = 255
        while len(order) > self.short + (255 - self.short) * 256:
            self.short -= 1
        number = {word: i for i, word in enumerate(order)}
        self.word_offsets, self.words = [], bytearray()
        for word in order:  # the last character of a word has the highest bit
            self.word_offsets.append(len(self.words))
            self.words += word.encode()
            self.words[-1] |= 0x80
        self.phrases, self.phrase_offsets = bytearray(), []
        for i, name in enumerate(phrases):
            if i % 16 == 0:
                self.phrase_offsets.append(len(self.phrases))
            for word in tokens(name):
                n = number[word]
                if n < self.short:
                    self.phrases.append(n + 1)
                else:
                    n -= self.short
                    self.phrases += bytes([self.short + 1 + (n >> 8), n & 0xFF])
            self.phrases.append(0)

    def make_table(self, phrases):
        """Open addressing; an entry is an index + 1."""
        size = len(phrases) * 5 // 4 | 1
        while any(size % d == 0 for d in range(3, int(size ** 0.5) + 1, 2)):
            size += 2
        self.table = [0] * size
        for i, name in enumerate(phrases):
            at = name_hash(name) % size
            while self.table[at]:
                at = (at + 1) % size
            self.table[at] = i + 1
