import { Timer, VmToolsError, within, type Side } from '@vm-tools/errors';
import { systemClock, type Clock } from '@vm-tools/ratelimit';
import type { Connection } from './connection.ts';
import { decodeHeader, encodeHeader, HEADER_BYTES, protocolError, type FrameName } from './frame.ts';
import {
  decodeBody,
  decodeZeros,
  encodeBody,
  MAX_ZEROS,
  type Body,
  type Control,
  type ControlName,
  type Message,
} from './messages.ts';
import {
  decodePreamble,
  encodePreamble,
  newestCommon,
  PREAMBLE_BYTES,
  SPARSE_DIGEST_VERSION,
  TAKEN_VERSION,
  VERSIONS,
  type VersionRange,
} from './preamble.ts';
import { connectionLost, PullReader } from './pull-reader.ts';
import { encodeRemoteError, otherSide, peerError } from './remote-error.ts';
import type { TransferTimeouts } from './timeouts.ts';

/**
 * DATA goes out in pieces of this size, though the protocol allows more: a piece then passes even a line of 3 KiB/s
 * within the time after which a silent peer is taken for dead.
 */
const DATA_BYTES = 64 * 1024;

/** Between two PINGs, whatever was asked for: an interval of Node that is too long is none at all. */
const LONGEST_PAUSE_MS = 60_000;

/** The frames of one connection: whole and valid ones, in order, each with a time limit. */
export class Channel {
  readonly peer: string;
  /** the name under which it is known here, where the transport can tell */
  readonly who: string | undefined;
  readonly #connection: Connection;
  readonly #theirSide: Side;
  readonly #timeouts: TransferTimeouts;
  readonly #clock: Clock | undefined;
  readonly #reader: PullReader;
  readonly #pings: NodeJS.Timeout;
  #hasGreeted = false;
  #version = 0;
  /** where the last frame began, bytes from the beginning */
  #frameOffset = 0;
  #hasSent = false;
  #isClosing = false;
  /** The one message that was read before it was asked for. */
  #ahead: Promise<Message> | undefined;
  #onTaken: ((bytes: number) => void) | undefined;
  #beforeBody: ((name: FrameName, bytes: number) => Promise<void>) | undefined;
  /** After ABORT nothing else counts. */
  #aborted: VmToolsError | undefined;

  /**
   * @param theirSide which end of the transfer the peer is
   * @param clock by which the peer's time is measured. @default the machine's
   */
  constructor(connection: Connection, theirSide: Side, timeouts: TransferTimeouts, clock?: Clock) {
    this.peer = connection.peer;
    this.who = connection.who;
    this.#connection = connection;
    this.#theirSide = theirSide;
    this.#timeouts = timeouts;
    this.#clock = clock;
    this.#reader = new PullReader(connection.stream, connection.peer);
    this.#pings = setInterval(() => this.#ping(), Math.min(timeouts.pingMs, LONGEST_PAUSE_MS)).unref();
  }

  /**
   * Exchanges preambles; the first thing to do.
   *
   * @throws VmToolsError XFR_PROTOCOL_MAGIC, XFR_PROTOCOL_OLDER, XFR_PROTOCOL_NEWER, XFR_CONNECTION_LOST (kind peer), XFR_PEER_SILENT
   */
  async negotiate(signal: AbortSignal, ours: VersionRange = VERSIONS): Promise<number> {
    this.#greet(ours);
    const { handshakeMs } = this.#timeouts;
    const late = this.late(`did not say in ${handshakeMs} ms which protocol it speaks`);
    const read = this.#reader.readExactly(PREAMBLE_BYTES, 'its protocol version');
    const preamble = await this.within(read, handshakeMs, late, signal);
    this.#version = newestCommon(ours, decodePreamble(preamble, this.peer), this.peer);
    return this.#version;
  }

  /** Whether a target says how much of the image it has taken. Known after `negotiate`. */
  get tellsTaken(): boolean {
    return this.#version >= TAKEN_VERSION;
  }

  /** Whether the digest of an image is of its zeros, too. Known after `negotiate`. */
  get hashesZeros(): boolean {
    return this.#version < SPARSE_DIGEST_VERSION;
  }

  /** Calls back at each TAKEN that comes from now on, which like PING is never the next message. */
  hearTaken(onTaken: (bytes: number) => void): void {
    this.#onTaken = onTaken;
  }

  /** Asks `beforeBody` for each frame that comes from now on before its payload is read. */
  askBeforeBody(beforeBody: (name: FrameName, bytes: number) => Promise<void>): void {
    this.#beforeBody = beforeBody;
  }

  /** Resolves when the frame is on its way and there is room for the next. */
  send<Name extends ControlName>(name: Name, body: Body<Name>): Promise<void> {
    return this.#write(name, encodeBody(name, body));
  }

  /** Whether `sendData` resolves only when the memory of its bytes may be written again. */
  get keepsNothing(): boolean {
    return this.#connection.keepsNothing === true;
  }

  async sendData(chunk: Buffer): Promise<void> {
    for (let offset = 0; offset < chunk.length; offset += DATA_BYTES) {
      await this.#write('DATA', chunk.subarray(offset, offset + DATA_BYTES), this.keepsNothing);
    }
  }

  /** Bytes of the image that are all zero, of any number. */
  async sendZeros(bytes: number): Promise<void> {
    for (let left = bytes; left > 0; left -= MAX_ZEROS) {
      const payload = Buffer.alloc(4);
      payload.writeUInt32BE(Math.min(left, MAX_ZEROS));
      await this.#write('ZEROS', payload);
    }
  }

  /** Tells the peer that this end gives up. Does not wait: the guest is worth more than the peer's hearing of it. */
  abort(error: VmToolsError): void {
    if (this.#aborted !== undefined) return;
    this.#greet(VERSIONS); // or it would take our last word for one of another program
    const body = { error: encodeRemoteError(error, otherSide(this.#theirSide)) };
    this.#write('ABORT', encodeBody('ABORT', body)).catch(() => undefined);
  }

  /** The next message, left there for `next`. Rejects with the peer's error after ABORT. */
  peek(): Promise<Message> {
    return (this.#ahead ??= this.#read());
  }

  async next(): Promise<Message> {
    try {
      return await this.peek();
    } finally {
      this.#ahead = undefined;
    }
  }

  /** The next message, which must be one of these, and come in time. */
  async expect<Name extends ControlName>(
    names: readonly Name[],
    options: { readonly limitMs: number; readonly signal?: AbortSignal | undefined },
  ): Promise<Control<Name>> {
    const late = this.late(`did not send ${names.join(' or ')} in ${options.limitMs} ms`);
    const message = await this.within(this.next(), options.limitMs, late, options.signal);
    if (!(names as readonly string[]).includes(message.name))
      throw outOfTurn(message.name, names, this.#frameOffset);
    return message as Control<Name>;
  }

  /** Says good-bye: what was sent gets its chance to arrive, then the connection ends. */
  async close(): Promise<void> {
    if (this.#isClosing) return;
    this.#isClosing = true;
    clearInterval(this.#pings);
    const { stream } = this.#connection;
    if (stream.destroyed) return;
    const closed = new Promise<void>((resolve) => stream.once('close', resolve));
    // A socket that is closed with unread bytes resets the connection, and the reset may overtake our last word.
    this.#reader.discard();
    stream.end();
    using _ = new Timer(this.#timeouts.lingerMs, () => stream.destroy());
    await closed;
  }

  #greet(ours: VersionRange): void {
    if (this.#hasGreeted || !this.#connection.stream.writable) return;
    this.#hasGreeted = true;
    this.#connection.stream.write(encodePreamble(ours));
  }

  async #read(): Promise<Message> {
    while (this.#aborted === undefined) {
      const { inactivityMs } = this.#timeouts;
      const late = this.late(`was silent for ${inactivityMs} ms`);
      const { name, pieces, offset } = await this.within(this.#readFrame(), inactivityMs, late);
      this.#frameOffset = offset;
      if (name === 'DATA') return { name, pieces };
      if (name === 'PING') continue;
      if (name === 'ZEROS') return { name, bytes: decodeZeros(Buffer.concat(pieces), offset) };
      const message = decodeBody(name, Buffer.concat(pieces), offset) as Control;
      if (message.name === 'TAKEN' && this.#onTaken !== undefined) {
        this.#onTaken(message.body.bytes);
        continue;
      }
      if (message.name !== 'ABORT') return message;
      const how = { code: 'XFR_PEER_ABORTED', did: 'gave up', side: this.#theirSide };
      this.#aborted = peerError(message.body.error, how);
    }
    throw this.#aborted;
  }

  async #readFrame(): Promise<{ name: FrameName; pieces: readonly Buffer[]; offset: number }> {
    const { offset } = this.#reader;
    const { name, length } = decodeHeader(await this.#reader.readExactly(HEADER_BYTES, 'a frame'), offset);
    await this.#beforeBody?.(name, length);
    return { name, pieces: await this.#reader.readPieces(length, `the rest of a ${name}`), offset };
  }

  /** @param untilTaken waits until the connection is done with the payload, and not only until there is room for more */
  async #write(name: FrameName, payload: Buffer, untilTaken = false): Promise<void> {
    const { stream } = this.#connection;
    if (stream.destroyed || stream.writableEnded) {
      throw await this.#whyLost(
        connectionLost(this.peer, `before ${name} was sent`, stream.errored ?? undefined),
      );
    }
    this.#hasSent = true;
    stream.cork();
    stream.write(encodeHeader({ name, length: payload.length }));
    const taken = Promise.withResolvers<undefined>();
    const onWritten = (error?: Error | null): void => {
      if (!error) taken.resolve(undefined); // an error comes with the end of the connection, too
    };
    const hasRoom = stream.write(payload, untilTaken ? onWritten : undefined);
    stream.uncork();
    if (untilTaken) return this.#until(taken, name);
    if (hasRoom) return;
    const onDrain = (): void => taken.resolve(undefined);
    stream.once('drain', onDrain);
    await this.#until(taken, name).finally(() => stream.off('drain', onDrain));
  }

  /** Waits for a connection that takes a frame, unless it ends or stands still. */
  async #until({ promise, reject }: PromiseWithResolvers<undefined>, name: FrameName): Promise<void> {
    const { stream } = this.#connection;
    const onClose = (): void =>
      reject(connectionLost(this.peer, `while ${name} was sent`, stream.errored ?? undefined));
    stream.once('close', onClose);
    const { answerMs } = this.#timeouts;
    try {
      await this.within(promise, answerMs, this.late(`took no data for ${answerMs} ms`));
    } catch (thrown) {
      throw stream.destroyed ? await this.#whyLost(thrown) : thrown;
    } finally {
      stream.off('close', onClose);
    }
  }

  /** A peer that hangs up has often said why, and its message has not been read yet. */
  async #whyLost(lost: unknown): Promise<unknown> {
    await this.peek().catch(() => undefined);
    return this.#aborted ?? lost;
  }

  /** A peer that only waits must hear that we are still here; one that is sent data sees it. Nothing comes before the preamble. */
  #ping(): void {
    const { stream } = this.#connection;
    if (this.#hasGreeted && !this.#hasSent && stream.writable && !stream.writableNeedDrain) {
      stream.write(encodeHeader({ name: 'PING', length: 0 }));
    }
    this.#hasSent = false;
  }

  /** Waits for something of the peer's, for so long by the clock of this channel, and not beyond an abort. */
  within<T>(
    promise: Promise<T>,
    limitMs: number,
    late: ReturnType<Channel['late']>,
    signal?: AbortSignal,
  ): Promise<T> {
    return within(promise, limitMs, late, signal, this.#clock);
  }

  /** ms, by the clock of this channel */
  now(): number {
    return (this.#clock ?? systemClock).now();
  }

  /** The error for a peer that makes no progress. */
  late(did: string): ConstructorParameters<typeof VmToolsError>[0] {
    return {
      code: 'XFR_PEER_SILENT',
      kind: 'timeout',
      message: `${this.peer} ${did}`,
      hint: `see whether ${this.peer} is up and what its log says`,
      details: { peer: this.peer },
    };
  }
}

/** A frame that is valid, but not now. */
export function outOfTurn(name: FrameName, wanted: readonly FrameName[], offset?: number): VmToolsError {
  return protocolError(`${name} came when it was the turn of ${wanted.join(' or ')}`, {
    frame: name,
    ...(offset === undefined ? {} : { offset }),
  });
}
