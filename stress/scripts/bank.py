"""A bank: accounts with locks, transfers on many threads, and an auditor who must always see the same sum.

    bank.py [THREADS [TRANSFERS]]

Clerks take the locks of two accounts in the order of their numbers, so they cannot deadlock. The auditor
takes all locks and adds up all balances while they work. Every journal entry must be found again in the
end: balances follow from the journals alone.
"""

import sys
import threading
from contextlib import ExitStack, contextmanager

ACCOUNTS = 40
OPENING_BALANCE = 1000


class InsufficientFunds(Exception):
    """A transfer of more than the account's limit was asked for."""

    def __init__(self, account, amount):
        super().__init__(account, amount)
        self.account = account
        self.amount = amount

    def __str__(self):
        return f"account {self.account.number} may not move {self.amount}"


class Account:
    def __init__(self, number):
        self.number = number
        self.lock = threading.Lock()
        self._balance = OPENING_BALANCE
        self.limit = 90 + number % 7

    @property
    def balance(self):
        """The balance; only for holders of the lock."""
        if not self.lock.locked():
            raise RuntimeError(f"account {self.number} is not locked")
        return self._balance

    @balance.setter
    def balance(self, value):
        self._balance = value


class Bank:
    def __init__(self):
        self.accounts = [Account(number) for number in range(ACCOUNTS)]
        self.open = threading.Event()
        self.closing = threading.Event()

    @contextmanager
    def holding(self, *accounts):
        """Hold the locks of the accounts given, taken in the order of their numbers."""
        with ExitStack() as stack:
            for account in sorted(accounts, key=lambda account: account.number):
                stack.enter_context(account.lock)
            yield

    def transfer(self, source, target, amount):
        if amount > source.limit:
            raise InsufficientFunds(source, amount)
        first, second = (source, target) if source.number < target.number else (target, source)
        with first.lock, second.lock:
            source.balance -= amount
            target.balance += amount

    def audit(self):
        """Return the sum of all balances at one moment."""
        with self.holding(*self.accounts):
            return sum(account.balance for account in self.accounts)


class Clerk(threading.Thread):
    """Makes a fixed list of transfers, and keeps a journal."""

    def __init__(self, bank, number, transfers):
        super().__init__(name=f"clerk {number}")
        self.bank = bank
        self.transfers = transfers
        self.state = number * 7919 + 17
        self.journal = []
        self.refused = 0

    def next_number(self, bound):
        self.state = (self.state * 1103515245 + 12345) & 0x7FFFFFFF
        return (self.state >> 12) % bound

    def run(self):
        self.bank.open.wait()
        accounts = self.bank.accounts
        for _ in range(self.transfers):
            source = accounts[self.next_number(ACCOUNTS)]
            target = accounts[(source.number + 1 + self.next_number(ACCOUNTS - 1)) % ACCOUNTS]
            amount = 1 + self.next_number(100)
            try:
                self.bank.transfer(source, target, amount)
            except InsufficientFunds:
                self.refused += 1
            else:
                self.journal.append((source.number, target.number, amount))


def auditor(bank, findings):
    """Audit over and over until the bank closes, and at least five times."""
    bank.open.wait()
    audits = 0
    while audits < 5 or not bank.closing.is_set():
        findings.add(bank.audit())
        audits += 1
        bank.closing.wait(0.001)


def main(argv):
    threads = int(argv[1]) if len(argv) > 1 else 2
    transfers = int(argv[2]) if len(argv) > 2 else 320000
    bank = Bank()
    clerks = [Clerk(bank, number, transfers // threads) for number in range(threads)]
    findings = set()
    watcher = threading.Thread(target=auditor, args=(bank, findings), daemon=True)
    watcher.start()
    for clerk in clerks:
        clerk.start()
    bank.open.set()
    for clerk in clerks:
        clerk.join()
    bank.closing.set()
    watcher.join()

    expected = [OPENING_BALANCE] * ACCOUNTS
    for clerk in clerks:
        for source, target, amount in clerk.journal:
            expected[source] -= amount
            expected[target] += amount
    with bank.holding(*bank.accounts):
        actual = [account.balance for account in bank.accounts]
    made = sum(len(clerk.journal) for clerk in clerks)
    refused = sum(clerk.refused for clerk in clerks)
    print(f"{threads} clerks made {made} transfers, {refused} were refused")
    print("journals and balances agree:", expected == actual)
    print("sums seen by the auditor:", sorted(findings), "expected:", ACCOUNTS * OPENING_BALANCE)
    for number in range(0, ACCOUNTS, 8):
        print("  ", " ".join(f"{balance:8d}" for balance in actual[number : number + 8]))
    try:
        bank.accounts[0].balance
    except RuntimeError as error:
        print("unlocked access is refused:", error)


if __name__ == "__main__":
    main(sys.argv)
