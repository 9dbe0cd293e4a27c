"""Periodic tasks on one core under EDF in SimSo: scheduling events a second, as JSON."""
import json
import sys
import time

from simso.configuration import Configuration
from simso.core import Model

configuration = Configuration()
configuration.duration = int(sys.argv[1]) * configuration.cycles_per_ms
for task in range(10):
    configuration.add_task(name=f"t{task}", identifier=task + 1, period=10 + task, activation_date=0, wcet=0.9, deadline=10 + task)
configuration.add_processor(name="CPU 1", identifier=1)
configuration.scheduler_info.clas = "simso.schedulers.EDF_mono"
configuration.check_all()
model = Model(configuration)
began = time.process_time()
model.run_model()
took = time.process_time() - began
turns = sum(1 for entry in model.logs)
print(json.dumps([{"metric": "turns", "unit": "M/s", "value": turns / took / 1e6}]))
