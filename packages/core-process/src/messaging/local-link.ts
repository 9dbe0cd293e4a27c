/** Two ends in one process: what one sends lies in the other's inbox. */
import { ConnectionEndedError } from '../errors.js';
import { Inbox } from './inbox.js';
import type { Link } from './link.js';

export class LocalLink implements Link {
  readonly inbox = new Inbox();
  /** Set on one end when the other one is spliced to another process. */
  isRemote = false;
  #other!: LocalLink;

  static pair(): [LocalLink, LocalLink] {
    const [one, other] = [new LocalLink(), new LocalLink()];
    one.#other = other;
    other.#other = one;
    return [one, other];
  }

  /** Called on the end that goes to another process. */
  markRemote(): void {
    this.#other.isRemote = true;
  }

  send(payload: Uint8Array): Promise<void> | undefined {
    const { inbox } = this.#other;
    if (this.inbox.end !== undefined || inbox.end !== undefined) throw new ConnectionEndedError();
    inbox.push(Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength));
    if (!inbox.isFull) return undefined;
    return new Promise((resolve) => inbox.onRoom(resolve));
  }

  end(error?: Error): void {
    this.#other.inbox.close(error);
    this.inbox.close();
  }
}
