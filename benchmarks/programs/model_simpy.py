"""Round robin of 1,000 processes on one core in SimPy: turns a second, as JSON."""
import json
import sys
import time

import simpy

PROCESSES, TURNS = int(sys.argv[1]), int(sys.argv[2])


def process(env, core):
    for _ in range(TURNS):
        with core.request() as turn:
            yield turn
            yield env.timeout(1)


env = simpy.Environment()
core = simpy.Resource(env, capacity=1)
for _ in range(PROCESSES):
    env.process(process(env, core))
began = time.process_time()
env.run()
took = time.process_time() - began
print(json.dumps([{"metric": "turns", "unit": "M/s", "value": PROCESSES * TURNS / took / 1e6}]))
