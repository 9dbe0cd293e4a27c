"""Milliseconds from start to joined of one process: start.py METHOD STARTS."""

import json
import multiprocessing
import sys
import time


def nothing():
    pass


if __name__ == "__main__":
    method, starts = sys.argv[1], int(sys.argv[2])
    context = multiprocessing.get_context(method)

    def start_and_join():
        process = context.Process(target=nothing)
        process.start()
        process.join()
        assert process.exitcode == 0

    start_and_join()  # the fork server starts with the first one
    began = time.perf_counter()
    for _ in range(starts):
        start_and_join()
    elapsed = (time.perf_counter() - began) * 1000 / starts
    print(json.dumps([{"metric": "start to joined", "unit": "ms", "value": elapsed}]))
