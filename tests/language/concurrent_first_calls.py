"""Functions of imported modules called for the first time by many threads at once."""

import threading


def calls():
    """Calls of pure Python functions that nobody has called yet; what they give."""
    import bisect
    import colorsys
    import heapq
    import posixpath
    import stat

    yield lambda: [round(x, 6) for x in colorsys.rgb_to_hls(0.2, 0.4, 0.4)]
    yield lambda: [round(x, 6) for x in colorsys.hls_to_rgb(0.5, 0.3, 0.3333)]
    yield lambda: [round(x, 6) for x in colorsys.rgb_to_yiq(0.1, 0.5, 0.9)]
    yield lambda: [round(x, 6) for x in colorsys.hsv_to_rgb(0.3, 0.3, 0.3)]
    yield lambda: stat.S_ISDIR(0o040755)
    yield lambda: posixpath.normpath("/a/./b/../c//d")
    yield lambda: posixpath.relpath("/a/b/c", "/a/d")
    yield lambda: posixpath.commonpath(["/usr/lib", "/usr/local/lib"])
    yield lambda: posixpath.expandvars("no variables")
    yield lambda: posixpath.splitext("a/b.c.d")
    yield lambda: list(heapq.merge([1, 4, 9], [2, 3, 10], key=lambda x: x))
    yield lambda: heapq.nsmallest(3, [5, 1, 4, 2, 3], key=lambda x: -x)
    yield lambda: bisect.bisect_right([1, 2, 3], 2)
    yield lambda: posixpath.join.__code__.co_varnames
    yield lambda: posixpath.ismount.__code__.co_names
    yield lambda: posixpath.dirname.__code__ == posixpath.basename.__code__
    yield lambda: posixpath.isabs.__doc__


def main():
    threads = 8
    barrier = threading.Barrier(threads)
    functions = list(calls())
    results = [[] for _ in range(threads)]

    def work(number):
        for function in functions:
            barrier.wait()
            results[number].append(function())

    workers = [threading.Thread(target=work, args=(i,)) for i in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    print(all(result == results[0] for result in results))
    for result in results[0]:
        print(result)


main()
