"""Word counts over a generated corpus, one dict per thread, merged at the end.

    wordcount.py [THREADS [DOCUMENTS]]

The corpus is made up by a small generator with a fixed seed: words of syllables, some far more frequent
than others, with capitals and punctuation that have to be cleaned away before counting.
"""

import sys
import threading
from collections import Counter, defaultdict

ONSETS = ["b", "d", "f", "g", "k", "l", "m", "n", "p", "r", "s", "t", "v", "tr", "st", "kl"]
VOWELS = ["a", "e", "i", "o", "u", "ai", "é", "ø"]
MARKS = ["", "", "", "", "", ",", ",", ".", ";", "!"]


class Dice:
    """A linear congruential generator: the same throws in every run."""

    def __init__(self, seed):
        self.state = (seed * 2654435761 + 12345) % 2**32

    def below(self, bound):
        self.state = (self.state * 1664525 + 1013904223) % 2**32
        return (self.state >> 8) % bound


def make_vocabulary(size):
    """Return `size` different words, short ones first."""
    dice = Dice(1)
    words = {}
    while len(words) < size:
        syllables = 1 + len(words) // 150
        word = "".join(
            ONSETS[dice.below(len(ONSETS))] + VOWELS[dice.below(len(VOWELS))]
            for _ in range(min(4, syllables + dice.below(2)))
        )
        words.setdefault(word, len(words))
    return list(words)


def make_document(number, vocabulary):
    """Return the text of one document; low ranks of the vocabulary come up most."""
    dice = Dice(number + 7)
    pieces = []
    sentence_start = True
    for _ in range(120 + dice.below(80)):
        rank = dice.below(len(vocabulary)) * dice.below(1000) * dice.below(1000) // 1000000
        word = vocabulary[rank]
        if sentence_start:
            word = word.capitalize()
        mark = MARKS[dice.below(len(MARKS))]
        sentence_start = mark in (".", "!")
        pieces.append(word + mark)
    return " ".join(pieces)


class Counting(threading.Thread):
    """Counts the words of every `step`-th document into dicts of its own."""

    def __init__(self, first, step, documents, vocabulary):
        super().__init__(name=f"counting-{first}")
        self.mine = range(first, documents, step)
        self.vocabulary = vocabulary
        self.counts = {}
        self.by_length = defaultdict(int)
        self.documents_of = defaultdict(set)

    def run(self):
        counts = self.counts
        for number in self.mine:
            text = make_document(number, self.vocabulary)
            for piece in text.split():
                word = piece.strip(",.;!").lower()
                counts[word] = counts.get(word, 0) + 1
                self.by_length[len(word)] += 1
                if word.endswith("tru"):
                    self.documents_of[word].add(number)


def merge(parts):
    """Add the dicts of all threads up."""
    total = Counter()
    lengths = defaultdict(int)
    places = defaultdict(set)
    for part in parts:
        total.update(part.counts)
        for length, count in part.by_length.items():
            lengths[length] += count
        for word, numbers in part.documents_of.items():
            places[word] |= numbers
    return total, lengths, places


def main(argv):
    threads = int(argv[1]) if len(argv) > 1 else 2
    documents = int(argv[2]) if len(argv) > 2 else 4000
    vocabulary = make_vocabulary(1500)
    crew = [Counting(i, threads, documents, vocabulary) for i in range(threads)]
    for thread in crew:
        thread.start()
    for thread in crew:
        thread.join()
    total, lengths, places = merge(crew)
    print(f"{documents} documents, {sum(total.values())} words, {len(total)} different")
    ranking = sorted(total.items(), key=lambda item: (-item[1], item[0]))
    for word, count in ranking[:15]:
        print(f"{word:>10} {count:6d} {'#' * (count * 40 // ranking[0][1])}")
    print("lengths:", ", ".join(f"{length}: {lengths[length]}" for length in sorted(lengths)))
    for word in sorted(places)[:5]:
        print(f"{word!r} is in {len(places[word])} documents, first in {min(places[word])}")


if __name__ == "__main__":
    main(sys.argv)
