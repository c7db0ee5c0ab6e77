import { VmToolsError, within } from '@vm-tools/errors';
import { bytesIn } from './pieces.ts';
import type { Channel } from './protocol/channel.ts';
import type { Message } from './protocol/messages.ts';

/** What has to come of an image within the time limit: as much as one frame of our own has. */
const ENOUGH_BYTES = 64 * 1024;

/**
 * Reads the frames of an image, and sees to it that the image gets on. A source is alive as long as it sends PING, or a
 * byte now and then, and would keep its place here for ever by that. Only time in which it is waited for counts, so
 * that a slow disk or a limit of this host is not taken for its fault.
 */
export class ImagePace {
  readonly #channel: Channel;
  readonly #limitMs: number;
  #waitedMs = 0;
  #bytes = 0;

  constructor(channel: Channel, limitMs: number) {
    this.#channel = channel;
    this.#limitMs = limitMs;
  }

  /** @throws VmToolsError XFR_PEER_SLOW of kind timeout, and whatever the channel rejects with */
  async next(): Promise<Message> {
    const began = performance.now();
    const leftMs = Math.max(0, this.#limitMs - this.#waitedMs);
    const message = await within(this.#channel.next(), leftMs, this.#tooSlow());
    this.#waitedMs += performance.now() - began;
    this.#bytes += bytesOf(message);
    if (this.#bytes >= ENOUGH_BYTES) this.#waitedMs = this.#bytes = 0;
    return message;
  }

  #tooSlow(): ConstructorParameters<typeof VmToolsError>[0] {
    const { peer } = this.#channel;
    return {
      code: 'XFR_PEER_SLOW',
      message: `${peer} sent only ${this.#bytes} bytes of the image while it was waited for during ${this.#limitMs} ms`,
      hint: `see what ${peer} is doing; a limit on the rate must leave more than 1 KiB/s`,
      details: { peer, bytes: this.#bytes, limitMs: this.#limitMs },
    };
  }
}

function bytesOf(message: Message): number {
  if (message.name === 'ZEROS') return message.bytes;
  if (message.name !== 'DATA') return 0;
  return bytesIn(message.pieces);
}
