import type { Channel } from '../protocol/channel.ts';

const AT_MOST_EVERY_MS = 50;
/** A source that waits for its window need not wait for the clock besides. */
const AT_LEAST_EVERY_BYTES = 4 * 2 ** 20;

/** Tells the source how much of the image this target has taken: now and then, and in the end always. */
export class Acks {
  readonly #channel: Channel;
  #bytes = 0;
  #told = 0;
  #timer: NodeJS.Timeout | undefined;
  #isTelling = false;

  constructor(channel: Channel) {
    this.#channel = channel;
  }

  /** @param bytes of the image, zeros or not, from its beginning */
  set(bytes: number): void {
    if (!this.#channel.tellsTaken) return;
    this.#bytes = bytes;
    if (bytes - this.#told >= AT_LEAST_EVERY_BYTES) void this.#tell();
    else if (bytes > this.#told) this.#timer ??= setTimeout(() => void this.#tell(), AT_MOST_EVERY_MS);
  }

  /** Drops what has not been sent: the source has no more use for it. */
  end(): void {
    clearTimeout(this.#timer);
    this.#bytes = this.#told;
  }

  async #tell(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#isTelling) return;
    this.#isTelling = true;
    this.#told = this.#bytes;
    try {
      await this.#channel.send('TAKEN', { bytes: this.#told });
      this.#isTelling = false;
      this.set(this.#bytes);
    } catch {
      // The reader of the connection gets the error and says why it is broken.
    }
  }
}
