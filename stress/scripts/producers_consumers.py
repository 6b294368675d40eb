"""Producers and consumers: a pipeline of stages joined by bounded queues.

    producers_consumers.py [THREADS [JOBS]]

Producers put jobs on a queue, workers take them and put results on another, a collector on the main thread
sorts them in. Poison pills end each stage; a priority queue, a condition variable and a semaphore take
part as they would in a real program.
"""

import queue
import sys
import threading

STOP = None


class Job:
    """One piece of work: the lengths of the Collatz sequences of a range of numbers."""

    def __init__(self, number, start, count):
        self.number = number
        self.start = start
        self.count = count

    def run(self):
        longest = (0, 0)
        total = 0
        for n in range(self.start, self.start + self.count):
            steps = collatz(n)
            total += steps
            if steps > longest[0]:
                longest = (steps, n)
        return Result(self.number, total, longest)


class Result:
    def __init__(self, number, total, longest):
        self.number = number
        self.total = total
        self.longest = longest

    def __lt__(self, other):
        return self.number < other.number


def collatz(n):
    """Count the steps from n to one."""
    steps = 0
    while n != 1:
        n = n // 2 if n % 2 == 0 else 3 * n + 1
        steps += 1
    return steps


class Gauge:
    """Tells when a number of things have been counted; built on a condition variable."""

    def __init__(self):
        self.value = 0
        self.changed = threading.Condition()

    def increment(self):
        with self.changed:
            self.value += 1
            self.changed.notify_all()

    def wait_for(self, value):
        with self.changed:
            self.changed.wait_for(lambda: self.value >= value)
            return self.value


def produce(jobs, numbers, permits):
    """Put jobs on the queue, with at most so many in flight as there are permits."""
    for number in numbers:
        permits.acquire()
        jobs.put(Job(number, 1 + number * 50, 50))


def consume(jobs, results, permits, gauge):
    """Do jobs until the pill comes; pass it on for the next worker."""
    while True:
        job = jobs.get()
        if job is STOP:
            jobs.put(STOP)
            break
        results.put(job.run())
        permits.release()
        gauge.increment()


def main(argv):
    threads = int(argv[1]) if len(argv) > 1 else 2
    count = int(argv[2]) if len(argv) > 2 else 2400
    jobs = queue.Queue(maxsize=2 * threads + 1)
    results = queue.PriorityQueue()
    permits = threading.BoundedSemaphore(3 * threads)
    gauge = Gauge()
    producers = [
        threading.Thread(target=produce, args=(jobs, range(i, count, threads), permits)) for i in range(threads)
    ]
    consumers = [threading.Thread(target=consume, args=(jobs, results, permits, gauge)) for i in range(threads)]
    for thread in consumers + producers:
        thread.start()
    for thread in producers:
        thread.join()
    done = gauge.wait_for(count)
    jobs.put(STOP)
    for thread in consumers:
        thread.join()

    total = 0
    longest = (0, 0)
    order = []
    while True:
        try:
            result = results.get_nowait()
        except queue.Empty:
            break
        order.append(result.number)
        total += result.total
        longest = max(longest, result.longest)
    print(f"{done} jobs done, {len(order)} results, in order: {order == list(range(count))}")
    print(f"steps in all: {total}; longest: {longest[0]} steps from {longest[1]}")
    print("left in the queue:", jobs.qsize(), "pill" if jobs.get() is STOP else "job")
    try:
        permits.release()
    except ValueError as error:
        print("every permit came back:", error)


if __name__ == "__main__":
    main(sys.argv)
