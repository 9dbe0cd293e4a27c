"""Figures of multiprocessing.Lock: lock.py pair | lock.py contended PROCESSES SECONDS."""

import json
import multiprocessing
import statistics
import sys
import time


def take_until(lock, start, until, counts, index):
    start.wait()
    count = 0
    acquire, release, clock = lock.acquire, lock.release, time.perf_counter
    while clock() < until.value:
        for _ in range(100):
            acquire()
            release()
        count += 100
    counts[index] = count


def pair():
    lock = multiprocessing.Lock()
    acquire, release = lock.acquire, lock.release
    batches = []
    for _ in range(50):
        began = time.perf_counter()
        for _ in range(20_000):
            acquire()
            release()
        batches.append((time.perf_counter() - began) * 1e9 / 20_000)
    return [{"metric": "pair, sync", "unit": "ns", "value": statistics.median(batches)}]


def contended(processes, seconds):
    context = multiprocessing.get_context("fork")
    lock, start = context.Lock(), context.Event()
    until, counts = context.Value("d", 0.0, lock=False), context.Array("q", processes, lock=False)
    children = [
        context.Process(target=take_until, args=(lock, start, until, counts, index)) for index in range(processes)
    ]
    for child in children:
        child.start()
    time.sleep(0.2)
    until.value = time.perf_counter() + seconds
    start.set()
    for child in children:
        child.join()
    return [{"metric": f"contended by {processes}, sync", "unit": "1/s", "value": sum(counts) / seconds}]


if __name__ == "__main__":
    kind = sys.argv[1]
    print(json.dumps(pair() if kind == "pair" else contended(int(sys.argv[2]), float(sys.argv[3]))))
