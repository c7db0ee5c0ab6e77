/**
 * Unix sockets at which each connection asks one question, a line of JSON, and gets lines of JSON for an answer.
 *
 * @example
 * ```ts
 * createServer((socket) => void answerQuestion(socket, answer, { longestBytes: 4096, ...limits }));
 *
 * const socket = await connectTo('/run/vm-tools/xfrd.sock', limits); // elsewhere
 * await writeLine(socket, { do: 'list' }, 1000);
 * const answer = await readLine(socket, { longestBytes: 4 << 20, ...limits });
 * ```
 *
 * @packageDocumentation
 */
import { once } from 'node:events';
import { Socket } from 'node:net';
import { Timer, VmToolsError, within, type VmToolsErrorInit } from '@vm-tools/errors';
import type { Broken } from './json-lines.ts';
import { toJson } from './json.ts';
import { LineCutter } from './line-cutter.ts';

/** How long something is waited for, and the error when it has not come by then. */
export interface WaitOptions {
  readonly limitMs: number;
  readonly late: VmToolsErrorInit;
  readonly signal?: AbortSignal | undefined;
}

/** The line that is waited for. */
export interface ReadLineOptions extends WaitOptions {
  /** of a line, without its end */
  readonly longestBytes: number;
  readonly broken: Broken;
}

/**
 * Connects to a unix socket. A later failure of the connection is for its reader to handle.
 *
 * @param absent the error when no process listens there
 * @param socket one that is not connected yet. @default a new one
 * @throws VmToolsError what `late` and `absent` give; INTERRUPTED
 */
export async function connectTo<Made extends Socket = Socket>(
  path: string,
  { limitMs, late, signal }: WaitOptions,
  absent: (cause: NodeJS.ErrnoException) => VmToolsError,
  socket: Made = new Socket() as Made,
): Promise<Made> {
  socket.connect(path);
  try {
    await within(once(socket, 'connect'), limitMs, late, signal);
  } catch (thrown) {
    socket.destroy();
    throw thrown instanceof VmToolsError ? thrown : absent(thrown as NodeJS.ErrnoException);
  }
  socket.on('error', () => undefined);
  return socket;
}

/**
 * The lines that come over a socket; no more is kept than one of them. Behind the last that is taken it stays open.
 *
 * @throws what `broken` gives for a line that is too long; whatever breaks the socket
 */
export async function* readLines(
  socket: Socket,
  { longestBytes, broken }: Pick<ReadLineOptions, 'longestBytes' | 'broken'>,
): AsyncGenerator<Buffer, void> {
  const cutter = new LineCutter(longestBytes + 1, () =>
    broken(`a line is longer than ${longestBytes} bytes`),
  );
  for await (const chunk of socket.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>)
    yield* cutter.cut(chunk);
}

/**
 * One line; undefined when the other side has hung up before.
 *
 * @throws VmToolsError what `broken` and `late` give; INTERRUPTED; whatever breaks the socket
 */
export async function readLine(socket: Socket, options: ReadLineOptions): Promise<Buffer | undefined> {
  const lines = readLines(socket, options);
  const { value } = await within(lines.next(), options.limitMs, options.late, options.signal);
  await lines.return();
  return value ?? undefined;
}

/**
 * Writes a line of JSON, and waits until there is room for the next.
 *
 * @returns whether the reader is still there
 */
export async function writeLine(socket: Socket, value: unknown, limitMs: number): Promise<boolean> {
  if (!socket.writable) return false;
  if (socket.write(`${toJson(value)}\n`)) return true;
  return (await comes(socket, ['drain', 'close'], limitMs)) && socket.writable;
}

/**
 * Answers the one question of a connection, in as many lines as there are, and ends it when they have been read.
 *
 * @param answer gives the lines; its signal fires when the caller is gone
 * @param options `failed` gives the line for an error; `readMs` is how long the other side may take to read
 */
export async function answerQuestion(
  socket: Socket,
  answer: (question: Buffer, signal: AbortSignal) => AsyncIterable<unknown>,
  options: ReadLineOptions & { readonly failed: (thrown: unknown) => unknown; readonly readMs: number },
): Promise<void> {
  const { broken, failed, readMs } = options;
  const gone = new AbortController();
  socket.on('error', () => undefined).once('close', () => gone.abort()); // a caller that hangs up has no more questions
  try {
    const question = await readLine(socket, options);
    if (question === undefined) throw broken('nothing was asked');
    // Bytes behind the question are not read; only the end of the stream is of interest.
    socket.on('data', () => socket.destroy()).resume();
    for await (const line of answer(question, gone.signal))
      if (!(await writeLine(socket, line, readMs))) break;
  } catch (thrown) {
    await writeLine(socket, failed(thrown), readMs);
    socket.resume(); // of a question that was too long
  }
  socket.end();
  if (!socket.destroyed) await comes(socket, ['close'], readMs);
  socket.destroy();
}

/** Whether one of these events comes within that time. */
async function comes(socket: Socket, events: readonly string[], limitMs: number): Promise<boolean> {
  const over = new AbortController();
  const { signal } = over;
  using _ = new Timer(limitMs, () => over.abort());
  try {
    await Promise.race(events.map((event) => once(socket, event, { signal })));
    return true;
  } catch {
    return false;
  } finally {
    over.abort();
  }
}
