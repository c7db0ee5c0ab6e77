import { once } from 'node:events';
import { createConnection } from 'node:net';
import { throwIfAborted, VmToolsError } from '@vm-tools/errors';
import type { Dom0CallOptions } from '../dom0.ts';
import { qmpRefused, qmpSilent } from '../errors.ts';

/** As libxl has it. */
const ANSWER_LIMIT_MS = 10_000;
/** libxl's own limit for what qemu says. */
const LONGEST_BYTES = 2 ** 20;

/**
 * Makes qemu execute one command over its own protocol (QMP): a greeting, capabilities, the command. A socket serves
 * one client at a time, so the connection ends with the answer.
 *
 * @throws DOM0_QMP_FAILED with qemu's own words; DOM0_QMP_SILENT
 */
export async function qmp(
  path: string,
  command: string,
  args: Readonly<Record<string, unknown>> = {},
  { signal }: Dom0CallOptions = {},
): Promise<unknown> {
  const what = `asking qemu for ${command}`;
  throwIfAborted(signal, what);
  const limit = AbortSignal.timeout(ANSWER_LIMIT_MS);
  const socket = createConnection({ path });
  const stop = signal === undefined ? limit : AbortSignal.any([limit, signal]);
  const cut = (): void => void socket.destroy(new Error('no answer in time'));
  stop.addEventListener('abort', cut, { once: true });
  socket.on('error', () => undefined); // it ends what is waited for
  try {
    await once(socket, 'connect');
    const messages = messagesOf(socket);
    await next(messages, (message) => 'QMP' in message);
    for (const [execute, given] of [
      ['qmp_capabilities', {}],
      [command, args],
    ] as const) {
      socket.write(`${JSON.stringify({ execute, arguments: given, id: execute })}\r\n`);
      const answer = await next(messages, (message) => message['id'] === execute);
      if ('error' in answer) throw qmpRefused(command, wordsOf(answer['error']));
      if (execute === command) return answer['return'];
    }
    return undefined;
  } catch (thrown) {
    if (thrown instanceof VmToolsError) throw thrown;
    throwIfAborted(signal, what);
    throw qmpSilent(path, command, thrown);
  } finally {
    stop.removeEventListener('abort', cut);
    socket.destroy();
  }
}

type Message = Readonly<Record<string, unknown>>;

/** One message a line; events come in between. */
async function* messagesOf(socket: AsyncIterable<Buffer>): AsyncGenerator<Message, undefined> {
  let rest = '';
  for await (const bytes of socket) {
    rest += bytes.toString();
    if (rest.length > LONGEST_BYTES) throw new Error('it says too much');
    const lines = rest.split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line.trim() !== '') yield JSON.parse(line) as Message;
  }
  return undefined;
}

async function next(
  messages: AsyncGenerator<Message, undefined>,
  suits: (message: Message) => boolean,
): Promise<Message> {
  for (;;) {
    const result = await messages.next();
    if (result.done === true) throw new Error('it has closed the connection');
    if (suits(result.value)) return result.value;
  }
}

function wordsOf(error: unknown): string | undefined {
  const { desc } = (error ?? {}) as { readonly desc?: unknown };
  return typeof desc === 'string' ? desc : undefined;
}
