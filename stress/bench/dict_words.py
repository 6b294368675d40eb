"""Dicts and strings: words made, counted, grouped, joined, split and sorted."""

from harness import main

LETTERS = "etaoinshrdlucmfw"


def make_words(count):
    state = 42
    words = []
    for _ in range(count):
        state = (state * 1103515245 + 12345) & 0x7FFFFFFF
        word = ""
        value = state >> 7
        for _ in range(2 + value % 4):
            word += LETTERS[value & 15]
            value >>= 4
        words.append(word)
    return words


def bench(count):
    words = make_words(count)
    text = " ".join(words)
    counts = {}
    for word in text.split():
        counts[word] = counts.get(word, 0) + 1
    groups = {}
    for word, n in counts.items():
        groups.setdefault(word[0], []).append((n, word))
    lines = []
    for letter in sorted(groups):
        group = groups[letter]
        group.sort(key=lambda pair: (-pair[0], pair[1]))
        n, word = group[0]
        lines.append(f"{letter}: {word.upper():<6}{n:>5d} of {len(group)}")
    anagrams = {}
    for word in counts:
        anagrams.setdefault("".join(sorted(word)), set()).add(word)
    most = max(anagrams.values(), key=lambda s: (len(s), min(s)))
    checksum = 0
    for line in lines:
        for part in line.replace(":", " ").split(" "):
            if part.isdigit():
                checksum = checksum * 7 % 1000003 + int(part)
            elif part.startswith("E") or "t" in part:
                checksum += len(part)
    return f"{checksum} {len(counts)} {len(most)} {min(most)}"


if __name__ == "__main__":
    main(bench, 800000)
