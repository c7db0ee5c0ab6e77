import type { Socket } from 'node:net';
import { VmToolsError } from '@vm-tools/errors';
import { connectTo, readLine, readLines, writeLine } from '@vm-tools/ipc/sockets';
import type { ObservedEvent, TransferSettings } from '../events.ts';
import type { TransferId } from '../journal/record.ts';
import {
  controlError,
  CONTROL_VERSION,
  decodeList,
  decodeReply,
  decodeSettings,
  type ControlRequest,
  type ServedTransfer,
} from './messages.ts';

/** The limit of a reply: no more than a list of very many transfers. */
const REPLY = { longestBytes: 4 * 2 ** 20, broken: controlError };
/** A process that moves a domain is never busy for so long that it could not answer. */
const ANSWER_MS = 5_000;
/** Undoing takes its time. */
const CANCEL_MS = 150_000;

interface AskServedOptions {
  readonly signal?: AbortSignal | undefined;
}

type Request = ControlRequest extends infer Each ? (Each extends unknown ? Omit<Each, 'v'> : never) : never;

/**
 * The transfers that are under way in the process behind a socket of `serveTransfers`.
 *
 * @throws VmToolsError XFR_CONTROL_ABSENT (usage): no process answers there any more; XFR_CONTROL_SILENT (timeout);
 *   XFR_CONTROL_PROTOCOL, XFR_CONTROL_VERSION (usage); INTERRUPTED. So do the others.
 */
export async function listServed(
  path: string,
  options: AskServedOptions = {},
): Promise<readonly ServedTransfer[]> {
  return decodeList(await ask(path, { do: 'list' }, { limitMs: ANSWER_MS, ...options }));
}

/**
 * Gives a transfer up, and resolves when all is undone.
 *
 * @throws VmToolsError XFR_TOO_LATE; XFR_NOT_UNDER_WAY (usage); whatever it has failed with instead
 */
export async function cancelServed(
  path: string,
  id: TransferId,
  { reason, ...options }: AskServedOptions & { readonly reason?: string } = {},
): Promise<void> {
  const request = { do: 'cancel', id, ...(reason === undefined ? {} : { reason }) } as const;
  await ask(path, request, { limitMs: CANCEL_MS, ...options });
}

/** The settings of a transfer to change. */
export type SettingsChange = Omit<Extract<Request, { do: 'set' }>, 'do' | 'id'>;

/**
 * Changes the settings of a transfer, and resolves with all of them.
 *
 * @throws VmToolsError XFR_NOT_HERE (usage): this end does not decide that; XFR_NOT_UNDER_WAY (usage);
 *   RATE_SYNTAX, SCHEDULE_SYNTAX (usage)
 */
export async function changeServed(
  path: string,
  id: TransferId,
  change: SettingsChange,
  options: AskServedOptions = {},
): Promise<TransferSettings> {
  return decodeSettings(await ask(path, { do: 'set', id, ...change }, { limitMs: ANSWER_MS, ...options }));
}

/** The events of a transfer, from its beginning to its end, as an observer of it hears them. */
export async function* watchServed(
  path: string,
  id: TransferId,
  { signal }: AskServedOptions = {},
): AsyncGenerator<ObservedEvent, void> {
  const socket = await asked(path, { do: 'watch', id }, signal);
  const onAbort = (): void => void socket.destroy();
  signal?.addEventListener('abort', onAbort, { once: true });
  try {
    for await (const line of readLines(socket, REPLY)) {
      const { event } = decodeReply(line);
      if (event === undefined) return;
      yield event;
    }
    throw absent(path, 'it has ended');
  } finally {
    signal?.removeEventListener('abort', onAbort);
    socket.destroy();
  }
}

async function ask(
  path: string,
  request: Request,
  { limitMs, signal }: AskServedOptions & { readonly limitMs: number },
): Promise<unknown> {
  const socket = await asked(path, request, signal);
  try {
    const line = await readLine(socket, { ...REPLY, limitMs, late: silent(path, limitMs), signal });
    if (line === undefined) throw absent(path, 'it has hung up');
    const { answer } = decodeReply(line);
    if (answer === undefined) throw controlError('an event came in place of an answer');
    return answer;
  } finally {
    socket.destroy();
  }
}

/** A connection that has been asked. */
async function asked(path: string, request: Request, signal: AbortSignal | undefined): Promise<Socket> {
  const limits = { limitMs: ANSWER_MS, late: silent(path, ANSWER_MS), signal };
  const socket = await connectTo(path, limits, (cause) => absent(path, cause.message, cause));
  await writeLine(socket, { v: CONTROL_VERSION, ...request }, ANSWER_MS);
  return socket;
}

function absent(path: string, why: string, cause?: unknown): VmToolsError {
  return new VmToolsError({
    code: 'XFR_CONTROL_ABSENT',
    kind: 'usage',
    message: `no process answers at ${path}: ${why}`,
    hint: 'its transfer is not under way any more; vm-migrate status tells how it ended',
    cause,
    details: { path, errno: (cause as NodeJS.ErrnoException | undefined)?.code },
  });
}

function silent(path: string, limitMs: number) {
  return {
    code: 'XFR_CONTROL_SILENT',
    message: `the process at ${path} did not answer in ${limitMs} ms`,
    hint: 'see whether it was stopped or waits for its disk',
    details: { path },
  };
}
