"""Parallel merge sort: halves are sorted by threads of their own until every thread has work.

    mergesort.py [THREADS [LENGTH]]

Records are sorted by a key, and the sort has to be stable: records of equal keys keep their order. The
result is checked against `sorted`, and a k-way merge by heap is compared with the tree of merges.
"""

import heapq
import sys
import threading
from operator import itemgetter


def make_records(length):
    """Return (key, number) pairs; keys repeat, numbers tell the original order."""
    state = 20070
    records = []
    for number in range(length):
        state = (state * 1103515245 + 12345) & 0x7FFFFFFF
        records.append(((state >> 8) % (length // 2 + 1), number))
    return records


def merge(left, right):
    """Merge two sorted lists; of equal keys the left one comes first."""
    merged = []
    append = merged.append
    i = j = 0
    while i < len(left) and j < len(right):
        if right[j][0] < left[i][0]:
            append(right[j])
            j += 1
        else:
            append(left[i])
            i += 1
    merged += left[i:]
    merged.extend(right[j:])
    return merged


def insertion_sort(records):
    """Sort a short list by moving each record to its place."""
    for i in range(1, len(records)):
        record = records[i]
        j = i
        while j > 0 and records[j - 1][0] > record[0]:
            records[j] = records[j - 1]
            j -= 1
        records[j] = record
    return records


def sort_alone(records):
    """Sort on the thread that calls."""
    if len(records) <= 12:
        return insertion_sort(records)
    middle = len(records) // 2
    return merge(sort_alone(records[:middle]), sort_alone(records[middle:]))


def sort_together(records, threads):
    """Sort with about `threads` threads, this one included."""
    if threads <= 1 or len(records) < 2:
        return sort_alone(records)
    share = threads // 2
    middle = len(records) * share // threads
    result = []

    def sort_left():
        result.append(sort_together(records[:middle], share))

    helper = threading.Thread(target=sort_left)
    helper.start()
    right = sort_together(records[middle:], threads - share)
    helper.join()
    return merge(result.pop(), right)


def main(argv):
    threads = int(argv[1]) if len(argv) > 1 else 2
    length = int(argv[2]) if len(argv) > 2 else 120000
    records = make_records(length)
    ordered = sort_together(list(records), threads)
    assert ordered == sorted(records, key=itemgetter(0)), "merge sort differs from sorted()"
    runs = [sorted(records[start::4]) for start in range(4)]
    assert list(heapq.merge(*runs)) == sorted(records), "the merge by heap differs"
    keys = [key for key, _ in ordered]
    stable = all(a[1] < b[1] for a, b in zip(ordered, ordered[1:]) if a[0] == b[0])
    print(f"sorted {length} records, {len(set(keys))} different keys, stable: {stable}")
    print("first:", ordered[:5])
    print("last:", ordered[-3:])
    checksum = 0
    for position, (key, number) in enumerate(ordered):
        checksum = (checksum + position * key + number) % 998244353
    print("checksum", checksum)


if __name__ == "__main__":
    main(sys.argv)
