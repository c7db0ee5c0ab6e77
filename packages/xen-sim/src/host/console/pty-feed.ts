import type { Pty } from './pty.ts';

/** The bytes that xenconsoled keeps while no reader is connected: `console/limit` of libxl. */
const LIMIT_BYTES = 2 ** 20;
/** A master cannot tell when there is room again without blocking, so it is asked now and then. */
const SHORTEST_PAUSE_MS = 10;
const LONGEST_PAUSE_MS = 250;

/** Gives a pty what its reader takes, and keeps the rest: the latest of it when it becomes too much. */
export class PtyFeed implements Disposable {
  readonly #pty: Pick<Pty, 'write'>;
  #waiting: Buffer = Buffer.alloc(0);
  #pauseMs = SHORTEST_PAUSE_MS;
  #timer: NodeJS.Timeout | undefined;

  constructor(pty: Pick<Pty, 'write'>) {
    this.#pty = pty;
  }

  write(text: string): void {
    this.#waiting = Buffer.concat([this.#waiting, Buffer.from(text)]);
    if (this.#timer === undefined) this.#push();
    else this.#waiting = this.#waiting.subarray(-LIMIT_BYTES);
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
  }

  #push(): void {
    const taken = this.#pty.write(this.#waiting);
    this.#pauseMs = taken > 0 ? SHORTEST_PAUSE_MS : Math.min(this.#pauseMs * 2, LONGEST_PAUSE_MS);
    this.#waiting = this.#waiting.subarray(taken).subarray(-LIMIT_BYTES);
    this.#timer =
      this.#waiting.length === 0 ? undefined : setTimeout(() => this.#push(), this.#pauseMs).unref();
  }
}
