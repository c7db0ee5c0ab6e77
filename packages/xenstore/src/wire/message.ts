import { VmToolsError } from '@vm-tools/errors';

/**
 * One message, either way (xen/include/public/io/xs_wire.h); the numbers are little-endian:
 *
 *     0        4        8        12       16            16 + length
 *     | type   | req id | tx id  | length | payload ... |
 *
 * A reply repeats type, request id and transaction id of its request, or has the type ERROR and the name of an errno
 * as its payload. Only WATCH_EVENT comes unasked. Strings in payloads end with a NUL, except for the value that
 * READ gives and WRITE takes.
 */
export interface Message {
  readonly type: number;
  readonly requestId: number;
  readonly transactionId: number;
  readonly payload: Buffer;
}

/** The numbers of requests and answers (public/io/xs_wire.h). */
export const MESSAGE_TYPE = {
  DIRECTORY: 1,
  READ: 2,
  GET_PERMS: 3,
  WATCH: 4,
  UNWATCH: 5,
  TRANSACTION_START: 6,
  TRANSACTION_END: 7,
  INTRODUCE: 8,
  RELEASE: 9,
  GET_DOMAIN_PATH: 10,
  WRITE: 11,
  MKDIR: 12,
  RM: 13,
  SET_PERMS: 14,
  WATCH_EVENT: 15,
  ERROR: 16,
  IS_DOMAIN_INTRODUCED: 17,
  RESUME: 18,
  RESET_WATCHES: 21,
  DIRECTORY_PART: 22,
} as const;

export type RequestName = Exclude<keyof typeof MESSAGE_TYPE, 'WATCH_EVENT' | 'ERROR'>;

const HEADER_BYTES = 16;
/** XENSTORE_PAYLOAD_MAX; xenstored drops a connection that sends more. */
export const MAX_PAYLOAD_BYTES = 4096;

/** A message of the wire protocol, header and payload (public/io/xs_wire.h). */
export function encodeMessage({ type, requestId, transactionId, payload }: Message): Buffer {
  const message = Buffer.allocUnsafe(HEADER_BYTES + payload.length);
  message.writeUInt32LE(type, 0);
  message.writeUInt32LE(requestId, 4);
  message.writeUInt32LE(transactionId, 8);
  message.writeUInt32LE(payload.length, 12);
  message.set(payload, HEADER_BYTES);
  return message;
}

/** Cuts a stream of bytes into messages, wherever its chunks begin and end. */
export class MessageDecoder {
  readonly #buffer = Buffer.allocUnsafe(HEADER_BYTES + MAX_PAYLOAD_BYTES);
  #length = 0;
  /** of the message that is being read: bytes from the beginning */
  #offset = 0;

  /**
   * The messages that end in this chunk.
   * @throws VmToolsError XENSTORE_PROTOCOL when a length is beyond what the protocol allows
   */
  *push(chunk: Uint8Array): Generator<Message, void> {
    for (let offset = 0; offset < chunk.length;) {
      const piece = chunk.subarray(offset, offset + this.#missing());
      this.#buffer.set(piece, this.#length);
      this.#length += piece.length;
      offset += piece.length;
      if (this.#missing() === 0) yield this.#takeMessage();
    }
  }

  /** How many bytes are still needed to know more: the rest of the header, then the rest of the message. */
  #missing(): number {
    if (this.#length < HEADER_BYTES) return HEADER_BYTES - this.#length;
    const payloadBytes = this.#buffer.readUInt32LE(12);
    if (payloadBytes > MAX_PAYLOAD_BYTES) {
      throw new VmToolsError({
        code: 'XENSTORE_PROTOCOL',
        kind: 'corrupt',
        message: `a xenstore message at byte ${this.#offset} claims a payload of ${payloadBytes} bytes, the limit is ${MAX_PAYLOAD_BYTES}`,
        details: { offset: this.#offset, payloadBytes },
      });
    }
    return HEADER_BYTES + payloadBytes - this.#length;
  }

  #takeMessage(): Message {
    const payload = Buffer.from(this.#buffer.subarray(HEADER_BYTES, this.#length));
    this.#offset += this.#length;
    this.#length = 0;
    return {
      type: this.#buffer.readUInt32LE(0),
      requestId: this.#buffer.readUInt32LE(4),
      transactionId: this.#buffer.readUInt32LE(8),
      payload,
    };
  }
}
