"""Messages a second into a child, and the median round trip: queue_messages.py MESSAGES ROUND_TRIPS."""

import json
import multiprocessing
import statistics
import sys
import time


def consume(jobs, results, count):
    for _ in range(count):
        jobs.get()
    results.put("all")


def bounce(there, back, count):
    for _ in range(count):
        back.put(there.get())


if __name__ == "__main__":
    messages, round_trips = int(sys.argv[1]), int(sys.argv[2])
    jobs, results = multiprocessing.Queue(), multiprocessing.Queue()
    child = multiprocessing.Process(target=consume, args=(jobs, results, messages + 1))
    child.start()
    jobs.put({"id": -1, "name": "first"})
    time.sleep(0.2)  # it is up: the start is not what is measured
    began = time.perf_counter()
    for number in range(messages):
        jobs.put({"id": number, "name": "message"})
    results.get()
    rate = messages / (time.perf_counter() - began)
    child.join()
    child = multiprocessing.Process(target=bounce, args=(jobs, results, round_trips + 1))
    child.start()
    jobs.put(0)
    results.get()
    times = []
    for number in range(round_trips):
        sent = time.perf_counter()
        jobs.put({"id": number, "name": "message"})
        results.get()
        times.append((time.perf_counter() - sent) * 1e6)
    child.join()
    print(
        json.dumps(
            [
                {"metric": "into a child", "unit": "messages/s", "value": rate},
                {"metric": "round trip, p50", "unit": "µs", "value": statistics.median(times)},
            ]
        )
    )
