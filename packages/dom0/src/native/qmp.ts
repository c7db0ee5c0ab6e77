import { once } from 'node:events';
import { createConnection } from 'node:net';
import { VmToolsError } from '@vm-tools/errors';
import type { Dom0CallOptions } from '../dom0.ts';

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
  const limit = AbortSignal.timeout(ANSWER_LIMIT_MS);
  const socket = createConnection({ path });
  const stop = signal === undefined ? limit : AbortSignal.any([limit, signal]);
  const cut = (): void => void socket.destroy(new Error('no answer in time'));
  stop.addEventListener('abort', cut, { once: true });
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
      if ('error' in answer) throw refused(command, answer['error']);
      if (execute === command) return answer['return'];
    }
    return undefined;
  } catch (thrown) {
    if (thrown instanceof VmToolsError) throw thrown;
    if (signal?.aborted === true) throw signal.reason;
    throw silent(path, command, thrown);
  } finally {
    stop.removeEventListener('abort', cut);
    socket.destroy();
  }
}

type Message = Readonly<Record<string, unknown>>;

/** One message a line; events come in between. */
async function* messagesOf(socket: AsyncIterable<Buffer>): AsyncGenerator<Message> {
  let rest = '';
  for await (const bytes of socket) {
    rest += bytes.toString();
    if (rest.length > LONGEST_BYTES) throw new Error('it says too much');
    const lines = rest.split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line.trim() !== '') yield JSON.parse(line) as Message;
  }
}

async function next(
  messages: AsyncIterator<Message>,
  suits: (message: Message) => boolean,
): Promise<Message> {
  for (;;) {
    const { value, done } = (await messages.next()) as IteratorResult<Message, undefined>;
    if (done === true || value === undefined) throw new Error('it has closed the connection');
    if (suits(value)) return value;
  }
}

function refused(command: string, error: unknown): VmToolsError {
  const { desc } = error as { readonly desc?: string };
  return new VmToolsError({
    code: 'DOM0_QMP_FAILED',
    message: `qemu refuses ${command}: ${desc ?? 'it does not say why'}`,
    hint: 'see its log in /var/log/xen',
    details: { command },
  });
}

function silent(path: string, command: string, cause: unknown): VmToolsError {
  return new VmToolsError({
    code: 'DOM0_QMP_SILENT',
    kind: 'timeout',
    message: `qemu does not answer ${command} on ${path}`,
    hint: 'see whether it runs, and its log in /var/log/xen; another client may hold its socket',
    details: { command, path },
    cause,
  });
}
