"""Threads make, find, ask and forget the same zones."""
import threading
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

start = threading.Barrier(4)
keys = ["UTC", "America/New_York", "Europe/Dublin", "Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Apia"]
wrong = []


class Own(ZoneInfo):
    pass


def work(number):
    start.wait()
    for n in range(25):
        for cls in ZoneInfo, Own:
            zone = cls(keys[(n + number) % len(keys)])
            moment = datetime(2020, 1 + n % 12, 1, n % 24, tzinfo=zone)
            there = moment.astimezone(timezone.utc).astimezone(zone)
            if there != moment or moment + timedelta(0) != moment or not moment.tzname():
                wrong.append((cls, moment))
        if n % 10 == number:
            ZoneInfo.clear_cache()
        elif n % 7 == number:
            Own.clear_cache(only_keys=keys[:3])


threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(wrong, ZoneInfo("UTC") is ZoneInfo("UTC"), sorted(Own._weak_cache) <= sorted(keys))
