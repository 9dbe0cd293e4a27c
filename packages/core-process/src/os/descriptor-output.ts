/** Output that is written at once, to whatever its descriptor is by then: for processes that are to be copied. */
import { writeSync } from 'node:fs';
import { Writable } from 'node:stream';

const sleeper = new Int32Array(new SharedArrayBuffer(4));

export class DescriptorOutput extends Writable {
  readonly fd: number;
  readonly isTTY: boolean;

  constructor(fd: number) {
    super({ decodeStrings: true });
    this.fd = fd;
    this.isTTY = process.getBuiltinModule('node:tty').isatty(fd);
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    try {
      for (let written = 0; written < chunk.length; ) written += this.#writeSome(chunk, written);
      done();
    } catch (error) {
      done(error as Error);
    }
  }

  #writeSome(chunk: Buffer, from: number): number {
    try {
      return writeSync(this.fd, chunk, from);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
      // A full pipe that does not block: its reader gets a moment.
      Atomics.wait(sleeper, 0, 0, 1);
      return 0;
    }
  }
}

/**
 * Runs `load` with such output, and leaves Node's own streams as they were: not made yet. Those fit the
 * descriptor that they are made for; left alone until a copy asks for them, they fit the copy's.
 */
export async function withOwnOutput(load: () => Promise<void>): Promise<void> {
  const names = ['stdout', 'stderr'] as const;
  const originals = names.map((name) => Object.getOwnPropertyDescriptor(process, name));
  names.forEach((name, index) => {
    const value = new DescriptorOutput(index + 1);
    Object.defineProperty(process, name, { value, configurable: true, enumerable: true });
  });
  try {
    await load();
  } finally {
    names.forEach((name, index) =>
      Object.defineProperty(process, name, originals[index] as PropertyDescriptor),
    );
    // The console keeps the streams of its first use, and takes others.
    Object.assign(console, { _stdout: undefined, _stderr: undefined });
  }
}
