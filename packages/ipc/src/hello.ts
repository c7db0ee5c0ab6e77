import type { Duplex } from 'node:stream';
import { within, type VmToolsError, type VmToolsErrorInit } from '@vm-tools/errors';
import { encodeLine, LineDecoder, type Broken } from './json-lines.ts';

/** A caller may send no more than this before it is known. */
const LONGEST_HELLO_BYTES = 4096;

/** How long the other end may take for the first line, and what is wrong when none comes. */
export interface HelloOptions {
  readonly limitMs: number;
  readonly signal?: AbortSignal | undefined;
  readonly broken: Broken;
  /** the error for a connection that ends before */
  readonly lost: (cause: unknown) => VmToolsError;
  /** the error for one that takes too long; `what` is what has been waited for */
  readonly late: (what: string) => VmToolsErrorInit;
}

/**
 * Writes the first line; resolves when it is on its way, so that a connection may end at once without losing it.
 *
 * @throws VmToolsError what `lost`, `late` and `broken` give
 */
export async function writeHello(connection: Duplex, hello: unknown, options: HelloOptions): Promise<void> {
  const { limitMs, broken, lost, late } = options;
  const { promise, resolve, reject } = Promise.withResolvers<undefined>();
  const onClose = (): void => reject(lost(connection.errored ?? undefined));
  connection.once('close', onClose);
  connection.write(encodeLine(hello, LONGEST_HELLO_BYTES, broken), (error) => {
    if (error) reject(lost(error));
    else resolve(undefined);
  });
  try {
    await within(promise, limitMs, late(`waited ${limitMs} ms for the other end to listen`));
  } finally {
    connection.off('close', onClose);
  }
}

/**
 * The first line. What comes behind it stays in the connection, which is left paused.
 *
 * @throws VmToolsError what `lost`, `late` and `broken` give
 */
export async function readHello(connection: Duplex, options: HelloOptions): Promise<unknown> {
  const { limitMs, signal, broken, lost, late } = options;
  const { promise, resolve, reject } = Promise.withResolvers<unknown>();
  const decoder = new LineDecoder(LONGEST_HELLO_BYTES, broken);
  const onData = (chunk: Buffer): void => {
    const end = chunk.indexOf('\n') + 1;
    try {
      for (const hello of decoder.push(end === 0 ? chunk : chunk.subarray(0, end))) {
        connection.pause();
        if (end < chunk.length) connection.unshift(chunk.subarray(end));
        resolve(hello);
      }
    } catch (error) {
      reject(error);
    }
  };
  const onEnd = (): void => reject(lost(connection.errored ?? undefined));
  connection.on('data', onData).on('end', onEnd).on('close', onEnd);
  try {
    const what = `waited ${limitMs} ms for the other end to say its version`;
    return await within(promise, limitMs, late(what), signal);
  } finally {
    connection.off('data', onData).off('end', onEnd).off('close', onEnd);
  }
}
