import type { Duplex } from 'node:stream';
import { within } from '@vm-tools/errors';
import { connectionLost, protocolError } from './errors.ts';
import { decodeLine, encodeLine, lineCutter } from './lines.ts';

/** What may wait for an end that does not read its answers, before it is taken for dead. */
const MOST_UNSENT_BYTES = 64 << 20;

/** Nobody says more than this before it is known who he is. */
const LONGEST_HELLO_BYTES = 4096;

/** How long a line of a channel may be, bytes. */
export interface ChannelLimits {
  /** The longest lines, in either direction. */
  readonly sendBytes: number;
  readonly receiveBytes: number;
}

/** Lines of JSON over a connection, from after its first line to its end. */
export class Channel {
  readonly #connection: Duplex;
  readonly #limits: ChannelLimits;
  #cause: unknown;

  constructor(connection: Duplex, limits: ChannelLimits) {
    this.#connection = connection;
    this.#limits = limits;
  }

  /**
   * Starts to read. What `receive` throws ends the connection and is its cause.
   * @param closed called once, however it ends
   */
  open(receive: (message: unknown) => void, closed: (cause: unknown) => void): void {
    const connection = this.#connection;
    const cutter = lineCutter(this.#limits.receiveBytes);
    connection.on('data', (chunk: Buffer) => {
      try {
        for (const line of cutter.push(chunk)) receive(decodeLine(line));
      } catch (error) {
        this.close(error);
      }
    });
    connection.on('error', (error) => (this.#cause ??= error));
    connection.on('end', () => connection.destroy());
    connection.on('close', () => closed(this.#cause));
    if (connection.closed) closed(connection.errored ?? undefined);
    connection.resume();
  }

  /** @throws VmToolsError XEN_WIRE_PROTOCOL when it is too long; to an end that has gone, nothing is sent */
  send(message: unknown): void {
    const connection = this.#connection;
    const line = encodeLine(message, this.#limits.sendBytes);
    if (connection.destroyed) return;
    connection.write(line);
    if (connection.writableLength > MOST_UNSENT_BYTES) {
      this.close(protocolError('the other end does not read what it asked for'));
    }
  }

  close(cause?: unknown): void {
    this.#cause ??= cause;
    this.#connection.destroy();
  }
}

/**
 * Writes the first line; resolves when it is on its way, so that a connection may end at once without losing it.
 * @throws VmToolsError XEN_WIRE_LOST, XEN_WIRE_TIMEOUT
 */
export async function writeHello(connection: Duplex, hello: unknown, limitMs: number): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<undefined>();
  const onClose = (): void => reject(connectionLost(connection.errored ?? undefined));
  connection.once('close', onClose);
  connection.write(encodeLine(hello, LONGEST_HELLO_BYTES), (error) => {
    if (error) reject(connectionLost(error));
    else resolve(undefined);
  });
  const late = { code: 'XEN_WIRE_TIMEOUT', message: `waited ${limitMs} ms for the other end to listen` };
  try {
    await within(promise, limitMs, late);
  } finally {
    connection.off('close', onClose);
  }
}

/**
 * The first line. What comes behind it stays in the connection, which is left paused.
 * @throws VmToolsError XEN_WIRE_LOST, XEN_WIRE_PROTOCOL, XEN_WIRE_TIMEOUT
 */
export async function readHello(connection: Duplex, limitMs: number, signal?: AbortSignal): Promise<unknown> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const cutter = lineCutter(LONGEST_HELLO_BYTES);
  const onData = (chunk: Buffer): void => {
    const end = chunk.indexOf('\n') + 1;
    try {
      const [line] = cutter.push(end === 0 ? chunk : chunk.subarray(0, end));
      if (line === undefined) return;
      connection.pause();
      if (end < chunk.length) connection.unshift(chunk.subarray(end));
      resolve(line);
    } catch (error) {
      reject(error);
    }
  };
  const onEnd = (): void => reject(connectionLost(connection.errored ?? undefined));
  connection.on('data', onData).on('end', onEnd).on('close', onEnd);
  const late = {
    code: 'XEN_WIRE_TIMEOUT',
    message: `waited ${limitMs} ms for the other end to say its version`,
    hint: 'see whether whoever serves Xen still runs, and is a vm-tools',
  };
  try {
    return decodeLine(await within(promise, limitMs, late, signal));
  } finally {
    connection.off('data', onData).off('end', onEnd).off('close', onEnd);
  }
}
