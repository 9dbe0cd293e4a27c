// I/O devices: each serves so many requests at once, the others wait in order of issue.

import type { Machine } from '../machine.js';
import type { ProcessRecord } from './process-record.js';

interface Request {
  readonly process: ProcessRecord;
  readonly ticks: number;
}

interface Device {
  readonly capacity: number;
  served: number;
  readonly waiting: Request[];
}

/** The devices of a machine. `begin` is told when the device takes a request up. */
export class Devices {
  readonly #devices = new Map<string, Device>();
  /** Which device each process waits for. */
  readonly #usedBy = new Map<ProcessRecord, Device>();
  readonly #machine: Machine;
  readonly #begin: (process: ProcessRecord, ticks: number) => void;

  constructor(machine: Machine, begin: (process: ProcessRecord, ticks: number) => void) {
    this.#machine = machine;
    this.#begin = begin;
  }

  /** Issues a request. */
  request(process: ProcessRecord, name: string, ticks: number): void {
    const capacity = this.#machine.devices?.[name]?.capacity ?? Infinity;
    if (capacity === Infinity) {
      this.#begin(process, ticks);
      return;
    }
    let device = this.#devices.get(name);
    if (device === undefined) {
      device = { capacity, served: 0, waiting: [] };
      this.#devices.set(name, device);
    }
    this.#usedBy.set(process, device);
    device.waiting.push({ process, ticks });
    this.#serve(device);
  }

  /** A process has its answer: its device takes up the next. */
  done(process: ProcessRecord): void {
    const device = this.#usedBy.get(process);
    if (device === undefined) return;
    this.#usedBy.delete(process);
    device.served--;
    this.#serve(device);
  }

  #serve(device: Device): void {
    while (device.served < device.capacity) {
      const next = device.waiting.shift();
      if (next === undefined) return;
      device.served++;
      this.#begin(next.process, next.ticks);
    }
  }
}
