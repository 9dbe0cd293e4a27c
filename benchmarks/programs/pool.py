"""Items a second of Pool(2).map over a million numbers: pool.py ITEMS."""

import json
import multiprocessing
import sys
import time


def echo(value):
    return value


if __name__ == "__main__":
    items = int(sys.argv[1])
    with multiprocessing.Pool(2) as pool:
        pool.map(echo, range(100))
        began = time.perf_counter()
        result = pool.map(echo, range(items))
        elapsed = time.perf_counter() - began
        assert result[-1] == items - 1
    print(json.dumps([{"metric": "map", "unit": "items/s", "value": items / elapsed}]))
