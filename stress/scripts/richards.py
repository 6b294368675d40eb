"""The Richards benchmark: the kernel of a small operating system, simulated once per thread.

    richards.py [THREADS [ROUNDS]]

Six tasks (an idle one, a worker, two handlers and two devices) pass packets to each other under a
scheduler with priorities. The workload and the expected counts are Martin Richards'; the code is new.
Every thread runs a whole system of its own, so nothing is shared but the classes.
"""

import sys
import threading

IDLE, WORKER, HANDLER_A, HANDLER_B, DEVICE_A, DEVICE_B = range(6)
KIND_DEVICE, KIND_WORK = range(2)
PACKET_BYTES = 4
IDLE_COUNT = 10000
EXPECTED_QUEUED = 23246
EXPECTED_HELD = 9297


class Packet:
    """A message; `link` chains the packets of a queue."""

    def __init__(self, link, identity, kind):
        self.link = link
        self.identity = identity
        self.kind = kind
        self.datum = 0
        self.data = [0] * PACKET_BYTES

    def append_to(self, queue):
        """Put this packet at the end of `queue` and return the head."""
        self.link = None
        if queue is None:
            return self
        last = queue
        while last.link is not None:
            last = last.link
        last.link = self
        return queue


class Task:
    """A task control block: state bits, a queue of packets and the behaviour of a subclass."""

    def __init__(self, system, identity, priority, queue, waiting, held=False):
        self.system = system
        self.identity = identity
        self.priority = priority
        self.queue = queue
        self.packet_pending = queue is not None
        self.task_waiting = waiting
        self.task_holding = held
        system.add(self)

    def run(self, packet):
        raise NotImplementedError

    def is_held_or_waiting(self):
        return self.task_holding or (not self.packet_pending and self.task_waiting)

    def add_packet(self, packet, sender):
        """Receive a packet; return the task that is to run next."""
        if self.queue is None:
            self.queue = packet
            packet.link = None
            self.packet_pending = True
            if self.priority > sender.priority:
                return self
        else:
            packet.append_to(self.queue)
        return sender

    def step(self):
        """Run once, with the first packet of the queue if the task waited for one."""
        packet = None
        if self.task_waiting and self.packet_pending:
            packet = self.queue
            self.queue = packet.link
            self.packet_pending = self.queue is not None
            self.task_waiting = False
        return self.run(packet)

    def wait(self):
        self.task_waiting = True
        return self

    def send(self, packet, identity):
        """Queue a packet for another task."""
        receiver = self.system.tasks[identity]
        self.system.queued += 1
        packet.link = None
        packet.identity = self.identity
        return receiver.add_packet(packet, self)


class IdleTask(Task):
    """Releases one device or the other as a shift register tells, then halts the system."""

    def __init__(self, system):
        super().__init__(system, IDLE, 0, None, False)
        self.control = 1
        self.count = IDLE_COUNT

    def run(self, packet):
        self.count -= 1
        if self.count == 0:
            return self.system.hold(self)
        if self.control & 1 == 0:
            self.control //= 2
            return self.system.release(self, DEVICE_A)
        self.control = self.control // 2 ^ 0xD008
        return self.system.release(self, DEVICE_B)


class WorkerTask(Task):
    """Fills packets with letters and sends them to the handlers in turn."""

    def __init__(self, system, queue):
        super().__init__(system, WORKER, 1000, queue, True)
        self.destination = HANDLER_A
        self.letter = 0

    def run(self, packet):
        if packet is None:
            return self.wait()
        self.destination = HANDLER_B if self.destination == HANDLER_A else HANDLER_A
        packet.identity = self.destination
        packet.datum = 0
        for i in range(PACKET_BYTES):
            self.letter += 1
            if self.letter > 26:
                self.letter = 1
            packet.data[i] = ord("A") + self.letter - 1
        return self.send(packet, self.destination)


class HandlerTask(Task):
    """Feeds the letters of work packets one by one to a device."""

    def __init__(self, system, identity, priority, device, queue):
        super().__init__(system, identity, priority, queue, True)
        self.device = device
        self.work_in = None
        self.device_in = None

    def run(self, packet):
        if packet is not None:
            if packet.kind == KIND_WORK:
                self.work_in = packet.append_to(self.work_in)
            else:
                self.device_in = packet.append_to(self.device_in)
        work = self.work_in
        if work is None:
            return self.wait()
        count = work.datum
        if count >= PACKET_BYTES:
            self.work_in = work.link
            return self.send(work, work.identity)
        device_packet = self.device_in
        if device_packet is None:
            return self.wait()
        self.device_in = device_packet.link
        device_packet.datum = work.data[count]
        work.datum = count + 1
        return self.send(device_packet, self.device)


class DeviceTask(Task):
    """Holds a packet until the idle task releases the device."""

    def __init__(self, system, identity, priority):
        super().__init__(system, identity, priority, None, True)
        self.pending = None

    def run(self, packet):
        if packet is not None:
            self.pending = packet
            return self.system.hold(self)
        if self.pending is None:
            return self.wait()
        packet, self.pending = self.pending, None
        return self.send(packet, packet.identity)


class System:
    """The scheduler: tasks by priority, counts of packets queued and of tasks held."""

    def __init__(self):
        self.tasks = {}
        self.order = []
        self.queued = 0
        self.held = 0

    def add(self, task):
        self.tasks[task.identity] = task
        self.order.insert(0, task)

    def hold(self, task):
        self.held += 1
        task.task_holding = True
        return self.successor(task)

    def release(self, task, identity):
        other = self.tasks[identity]
        other.task_holding = False
        return other if other.priority > task.priority else task

    def successor(self, task):
        """The task after `task` in the order of priorities, None after the last."""
        place = self.order.index(task) + 1
        return self.order[place] if place < len(self.order) else None

    def schedule(self):
        task = self.order[0]
        while task is not None:
            if task.is_held_or_waiting():
                task = self.successor(task)
            else:
                task = task.step()


def packets(count, identity, kind):
    """Return a queue of fresh packets."""
    head = None
    for _ in range(count):
        head = Packet(head, identity, kind)
    return head


def run_system():
    """Build a system, run it to its end, and return its two counts."""
    system = System()
    IdleTask(system)
    WorkerTask(system, packets(2, WORKER, KIND_WORK))
    HandlerTask(system, HANDLER_A, 2000, DEVICE_A, packets(3, DEVICE_A, KIND_DEVICE))
    HandlerTask(system, HANDLER_B, 3000, DEVICE_B, packets(3, DEVICE_B, KIND_DEVICE))
    DeviceTask(system, DEVICE_A, 4000)
    DeviceTask(system, DEVICE_B, 5000)
    system.schedule()
    return system.queued, system.held


def main(argv):
    threads = int(argv[1]) if len(argv) > 1 else 2
    rounds = int(argv[2]) if len(argv) > 2 else 8
    results = [None] * threads

    def work(place):
        results[place] = [run_system() for _ in range(rounds)]

    crew = [threading.Thread(target=work, args=(i,)) for i in range(threads)]
    for thread in crew:
        thread.start()
    for thread in crew:
        thread.join()
    for place, counts in enumerate(results):
        good = all(pair == (EXPECTED_QUEUED, EXPECTED_HELD) for pair in counts)
        print(f"thread {place}: {counts[0]} in {len(counts)} rounds, {'as expected' if good else 'WRONG'}")


if __name__ == "__main__":
    main(sys.argv)
