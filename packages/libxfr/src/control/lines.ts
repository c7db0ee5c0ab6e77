import { once } from 'node:events';
import type { Socket } from 'node:net';
import { within } from '@vm-tools/errors';
import { LineCutter } from '@vm-tools/ipc';
import { controlError } from './messages.ts';

/**
 * The lines that come over a socket, each no longer than `longestBytes`; no more is kept than one of them.
 *
 * @throws VmToolsError XFR_CONTROL_PROTOCOL for a line that is too long; whatever breaks the socket
 */
export async function* readLines(socket: Socket, longestBytes: number): AsyncGenerator<Buffer, void> {
  const cutter = new LineCutter(longestBytes + 1, () =>
    controlError(`a line is longer than ${longestBytes} bytes`),
  );
  for await (const chunk of socket.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>)
    yield* cutter.cut(chunk);
}

/**
 * Writes a line of JSON, and waits until there is room for the next.
 *
 * @returns whether somebody is still there
 */
export async function writeLine(socket: Socket, value: unknown, limitMs: number): Promise<boolean> {
  if (!socket.writable) return false;
  if (socket.write(`${JSON.stringify(value)}\n`)) return true;
  const over = new AbortController();
  const { signal } = over;
  const room = Promise.race([once(socket, 'drain', { signal }), once(socket, 'close', { signal })]);
  try {
    await within(room, limitMs, { code: 'XFR_CONTROL_SILENT', message: `nobody has read for ${limitMs} ms` });
    return socket.writable;
  } catch {
    return false;
  } finally {
    over.abort();
  }
}
