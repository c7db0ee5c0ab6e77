import type { Channel } from '../protocol/channel.ts';
import { protocolError } from '../protocol/frame.ts';

/** At 1 GB/s, what passes while an answer comes from another continent. */
const WINDOW_BYTES = 64 * 2 ** 20;

/**
 * How far the target is behind. Zeros cost a few bytes on the wire, so the buffers of a network hold gigabytes of a
 * guest's memory that the target has yet to restore. A source that only watches its own socket assumes that everything
 * has arrived and suspends the guest, which then stands still for as long as the target needs for what is in
 * those buffers. So the target says how much it has taken (TAKEN), the source is never further ahead than a window, and
 * a round of precopy is over when the target has it. A target of an older release does not say: then nothing is waited for.
 */
export class ImageWindow {
  readonly #channel: Channel;
  readonly #answerMs: number;
  readonly #windowBytes: number;
  #sent = 0;
  #taken = 0;
  #moved = Promise.withResolvers<undefined>();

  constructor(channel: Channel, answerMs: number, windowBytes = WINDOW_BYTES) {
    this.#channel = channel;
    this.#answerMs = answerMs;
    this.#windowBytes = windowBytes;
    channel.hearTaken((bytes) => this.#hear(bytes));
  }

  /** Waits until there is room for what is to be sent now; more than a window passes alone. */
  async enter(bytes: number, signal: AbortSignal): Promise<void> {
    const most = Math.max(0, this.#windowBytes - bytes);
    await this.#until(() => this.#sent - this.#taken <= most, signal);
    this.#sent += bytes;
  }

  /**
   * Waits until the target has taken all that was sent up to now.
   *
   * @throws VmToolsError XFR_PEER_SILENT of kind timeout when it takes nothing for a while
   */
  async taken(signal: AbortSignal): Promise<void> {
    const all = this.#sent;
    await this.#until(() => this.#taken >= all, signal);
  }

  #hear(bytes: number): void {
    if (bytes < this.#taken || bytes > this.#sent) {
      const counts = { taken: bytes, before: this.#taken, sent: this.#sent };
      throw protocolError('a TAKEN does not count what was sent', { frame: 'TAKEN', ...counts });
    }
    this.#taken = bytes;
    this.#moved.resolve(undefined);
    this.#moved = Promise.withResolvers();
  }

  async #until(isEnough: () => boolean, signal: AbortSignal): Promise<void> {
    while (this.#channel.tellsTaken && !isEnough()) {
      const late = this.#channel.late(`took nothing of the image for ${this.#answerMs} ms`);
      await this.#channel.within(this.#moved.promise, this.#answerMs, late, signal);
    }
  }
}
