"""Awaitables of one asynchronous generator that two threads start at once: one of them runs, the other one is told so."""
import threading
import types

ROUNDS = 300
THREADS = 2


@types.coroutine
def pause():
    yield "paused"


async def numbers():
    while True:
        await pause()
        yield 1


def start(step):
    try:
        return step.send(None)
    except RuntimeError as error:
        return str(error)


def race(make_step):
    """How the threads' steps began, in sorted order."""
    generator = numbers()
    gate, began = threading.Barrier(THREADS), []

    def body():
        step = make_step(generator)
        gate.wait()
        began.append((start(step), step))

    threads = [threading.Thread(target=body) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    result = tuple(sorted(how for how, _ in began))
    for how, step in began:
        while how == "paused":
            try:
                step.send(None)
            except (StopIteration, StopAsyncIteration, GeneratorExit):
                break
    return result


print(sorted({race(lambda generator: generator.__anext__()) for _ in range(ROUNDS)}))
print(sorted({race(lambda generator: generator.asend(None)) for _ in range(ROUNDS)}))
