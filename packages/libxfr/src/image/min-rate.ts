import type { VmToolsError } from '@vm-tools/errors';
import type { Channel } from '../protocol/channel.ts';
import type { Message } from '../protocol/messages.ts';
import { bytesIn } from '../protocol/pieces.ts';

/**
 * The least part of an image that has to come within the time limit: as much as one frame of our own has, and this
 * share of all.
 */
const ENOUGH_BYTES = 64 * 1024;
const ENOUGH_PARTS = 360;
/** So many times the limit is waited for a whole image: a day, where the limit is two minutes. */
const MOST_LIMITS = 720;
/** of a frame that says how many zeros there are */
const ZEROS_BYTES = 12;

/**
 * Reads the frames of an image, and checks that the image makes progress. A source is alive as long as it sends PING,
 * or a byte now and then, and would keep its place here for ever by that. What counts is what it costs the source to
 * send, and memory that has not come before: zeros cost nothing, so only those count that are new. Only time in which
 * it is waited for counts, so that a slow disk or a limit of this host is not taken for its fault.
 */
export class MinRateReader {
  readonly #channel: Channel;
  readonly #limitMs: number;
  readonly #enoughBytes: number;
  #waitedMs = 0;
  #waitedLongMs = 0;
  #bytes = 0;

  /** @param memoryBytes of the guest */
  constructor(channel: Channel, limitMs: number, memoryBytes: number) {
    this.#channel = channel;
    this.#limitMs = limitMs;
    this.#enoughBytes = Math.max(ENOUGH_BYTES, memoryBytes / ENOUGH_PARTS);
  }

  /** Memory has come that had not come before. */
  addNew(bytes: number): void {
    this.#bytes += bytes;
  }

  /** @throws VmToolsError XFR_PEER_SLOW of kind timeout, and whatever the channel rejects with */
  async next(): Promise<Message> {
    const began = this.#channel.now();
    if (this.#bytes >= this.#enoughBytes) this.#waitedMs = this.#bytes = 0;
    const left = [this.#limitMs - this.#waitedMs, MOST_LIMITS * this.#limitMs - this.#waitedLongMs];
    const message = await this.#channel.within(
      this.#channel.next(),
      Math.max(0, Math.min(...left)),
      this.#tooSlow(),
    );
    const waitedMs = this.#channel.now() - began;
    this.#waitedMs += waitedMs;
    this.#waitedLongMs += waitedMs;
    this.#bytes += costOf(message);
    return message;
  }

  #leastKibPerS(): number {
    return Math.max(1, Math.ceil(this.#enoughBytes / 1024 / (this.#limitMs / 1000)));
  }

  #tooSlow(): ConstructorParameters<typeof VmToolsError>[0] {
    const { peer } = this.#channel;
    return {
      code: 'XFR_PEER_SLOW',
      message: `${peer} sent only ${Math.round(this.#bytes)} bytes of the image that count while it was waited for during ${this.#limitMs} ms`,
      hint: `see what ${peer} is doing; a limit on the rate must leave more than ${this.#leastKibPerS()} KiB/s`,
      details: { peer, bytes: this.#bytes, limitMs: this.#limitMs },
    };
  }
}

function costOf(message: Message): number {
  if (message.name === 'ZEROS') return ZEROS_BYTES;
  if (message.name !== 'DATA') return 0;
  return bytesIn(message.pieces);
}
