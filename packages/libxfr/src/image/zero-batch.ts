import { MAX_ZEROS } from '../protocol/messages.ts';

/** Zero pages may be delayed this long without visible effect. */
const HOLD_MS = 20;

/**
 * Zeros of an image that wait for more of them. An empty guest is zeros all over, which cost next to nothing on the
 * wire; but they come here in small pieces, and what costs is each frame at the other end.
 */
export class ZeroBatch {
  readonly #send: (bytes: number) => Promise<void>;
  readonly #onFailed: (thrown: unknown) => void;
  #bytes = 0;
  #timer: NodeJS.Timeout | undefined;

  /** @param onFailed gets the error when they could not be sent and no call waited for that */
  constructor(send: (bytes: number) => Promise<void>, onFailed: (thrown: unknown) => void) {
    this.#send = send;
    this.#onFailed = onFailed;
  }

  async add(bytes: number): Promise<void> {
    this.#bytes += bytes;
    if (this.#bytes >= MAX_ZEROS) return this.flush();
    this.#timer ??= setTimeout(() => void this.flush().catch(this.#onFailed), HOLD_MS);
  }

  /** Sends what is held: something else comes next. */
  async flush(): Promise<void> {
    const bytes = this.#bytes;
    this.drop();
    if (bytes > 0) await this.#send(bytes);
  }

  /** Forgets what is held. */
  drop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#bytes = 0;
  }
}
