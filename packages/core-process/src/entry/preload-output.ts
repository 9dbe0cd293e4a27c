/**
 * Output while a server loads modules: written at once, and without making Node's own streams.
 *
 * Those fit the descriptor that they were made for; left alone until a copy asks for them, they fit the
 * copy's. A module that keeps the stream it finds here keeps one that writes to whatever the descriptor
 * is by then.
 */
import { writeSync } from 'node:fs';
import { Writable } from 'node:stream';
import { isatty } from 'node:tty';

const sleeper = new Int32Array(new SharedArrayBuffer(4));

class DescriptorOutput extends Writable {
  readonly fd: number;
  readonly isTTY: boolean;

  constructor(fd: number) {
    super({ decodeStrings: true });
    this.fd = fd;
    this.isTTY = isatty(fd);
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

/** Runs `load` with such output, and leaves Node's streams as they were: not made yet. */
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
