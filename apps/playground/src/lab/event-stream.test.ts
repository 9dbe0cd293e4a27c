import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import { EventStream, type Outgoing } from './event-stream.js';

/** A response whose socket is full after so many writes, until it is drained. */
class SlowResponse extends EventEmitter {
  readonly written: string[] = [];
  readonly #room: number;
  #free: number;
  writableEnded = false;
  destroyed = false;

  constructor(room: number) {
    super();
    this.#room = room;
    this.#free = room;
  }

  writeHead(): this {
    return this;
  }

  write(text: string): boolean {
    this.written.push(text);
    return --this.#free > 0;
  }

  end(): void {
    this.writableEnded = true;
    this.emit('close');
  }

  drain(): void {
    this.#free = this.#room;
    this.emit('drain');
  }

  get data(): unknown[] {
    return this.written.flatMap((text) => {
      const found = /^data: (.*)$/m.exec(text)?.[1];
      return found === undefined ? [] : [JSON.parse(found) as unknown];
    });
  }
}

function streamOf(response: SlowResponse, events: (Outgoing | 'later' | 'end')[]) {
  const asked = { count: 0 };
  const stream = new EventStream(response as unknown as ServerResponse, () => {
    asked.count++;
    return events.shift() ?? 'later';
  });
  return { stream, asked };
}

describe('EventStream', () => {
  it('asks for no event while its reader is behind, and goes on when there is room', () => {
    const response = new SlowResponse(3);
    const { asked } = streamOf(
      response,
      [1, 2, 3, 4, 5].map((data) => ({ data })),
    );
    // The first write was the retry time: two events fitted.
    expect(response.data).toEqual([1, 2]);
    expect(asked.count).toBe(2);
    response.drain();
    expect(response.data).toEqual([1, 2, 3, 4, 5]);
    response.end();
  });

  it('gives each event its id, so that a page can take up where it was', () => {
    const response = new SlowResponse(10);
    streamOf(response, [{ id: 7, data: 'x' }, 'end']);
    expect(response.written.at(-1)).toBe('id: 7\ndata: "x"\n\n');
    expect(response.writableEnded).toBe(true);
  });

  it('is woken when there is something new', () => {
    const response = new SlowResponse(10);
    const events: (Outgoing | 'later' | 'end')[] = [];
    const { stream } = streamOf(response, events);
    events.push({ data: 'news' });
    stream.wake();
    expect(response.data).toEqual(['news']);
    response.end();
  });
});
