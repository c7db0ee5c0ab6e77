import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { dirname } from 'node:path';
import { VmToolsError, within } from '@vm-tools/errors';
import { answerQuestion } from '@vm-tools/ipc/sockets';
import { parseRate, parseSchedule } from '@vm-tools/ratelimit';
import type { TransferSummary } from '../events.ts';
import { asVmToolsError } from '../protocol/remote-error.ts';
import type { Transfer } from '../transfer/transfer.ts';
import { bind } from '../transport/bind.ts';
import {
  controlError,
  CONTROL_VERSION,
  decodeRequest,
  encodeError,
  type ControlRequest,
  type ServedTransfer,
} from './messages.ts';

const MOST_CONNECTIONS = 32;
/** A caller has its question ready when it connects. */
const REQUEST_MS = 5_000;
/** A caller that has asked for the end of a transfer gets the answer when it has ended, which is when we close. */
const CLOSE_MS = 1_000;

/** The limits of a question; its caller reads the answer. */
const QUESTION = {
  longestBytes: 4096,
  limitMs: REQUEST_MS,
  late: { code: 'XFR_CONTROL_SILENT', message: `nothing was asked in ${REQUEST_MS} ms` },
  readMs: 30_000,
  broken: controlError,
  failed: (thrown: unknown) => reply({ error: encodeError(asVmToolsError(thrown)) }),
} as const;

type Steered = Transfer<TransferSummary | undefined>;

/** Lets other processes of the same user see and steer transfers. */
export interface ControlServer extends AsyncDisposable {
  /** Serves a transfer that has begun, until it is over. */
  add(transfer: Steered): void;
  /** Answers the callers that have asked already, and ends within a second or so. */
  close(): Promise<void>;
}

/**
 * Listens on a unix socket of mode 0600 for questions about the transfers of this process: which there are, their
 * events, to cancel one, to change its settings. A socket that a crash has left there is taken over.
 *
 * @param at its path, or the descriptor of one that another process has opened
 * @throws VmToolsError XFR_LISTEN
 */
export async function serveTransfers(at: string | { readonly fd: number }): Promise<ControlServer> {
  const transfers = new Map<string, Steered>();
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    const answer = (question: Buffer, signal: AbortSignal) => answers(question, transfers, signal);
    void answerQuestion(socket, answer, QUESTION).finally(() => sockets.delete(socket));
  });
  server.maxConnections = MOST_CONNECTIONS;
  if (typeof at === 'string') await mkdir(dirname(at), { recursive: true, mode: 0o700 });
  await bind(server, typeof at === 'string' ? { path: at } : at, undefined);
  server.on('error', () => undefined); // of one connection that could not be accepted: there are others
  server.unref();
  const close = async (): Promise<void> => {
    if (!server.listening) return;
    const closed = once(server, 'close');
    server.close();
    const late = { code: 'XFR_CONTROL_SILENT', message: 'a caller is still connected' };
    await within(closed, CLOSE_MS, late).catch(() => undefined);
    for (const socket of sockets) socket.destroy();
  };
  return {
    add(transfer) {
      const { start } = transfer;
      if (start === undefined) return;
      const key = keyOf(start);
      transfers.set(key, transfer);
      const forget = (): void => void transfers.delete(key);
      transfer.result.then(forget, forget);
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** A host that moves a domain to itself has both ends. */
function keyOf({ id, role }: { readonly id: string; readonly role: string }): string {
  return `${id} ${role}`;
}

function reply(said: Record<string, unknown>): Record<string, unknown> {
  return { v: CONTROL_VERSION, ...said };
}

async function* answers(
  question: Buffer,
  transfers: ReadonlyMap<string, Steered>,
  signal: AbortSignal,
): AsyncGenerator<Record<string, unknown>> {
  const request = decodeRequest(question);
  const answered =
    request.do === 'watch'
      ? yield* watch(find(transfers, request.id), signal)
      : await answer(request, transfers);
  yield reply({ answer: answered ?? null });
}

async function answer(
  request: Exclude<ControlRequest, { do: 'watch' }>,
  transfers: ReadonlyMap<string, Steered>,
): Promise<unknown> {
  if (request.do === 'list') return [...transfers.values()].flatMap(describe);
  const transfer = find(transfers, request.id);
  if (request.do === 'cancel') return cancel(transfer, request.reason);
  const { bwlimit, stopAndCopyBwlimit, maxDowntimeMs, onNoConvergence } = request;
  transfer.change({
    ...(bwlimit === undefined ? {} : { rate: parseSchedule(bwlimit) }),
    ...(stopAndCopyBwlimit === undefined ? {} : { stopAndCopyRate: parseRate(stopAndCopyBwlimit) }),
    maxDowntimeMs,
    onNoConvergence,
  });
  return transfer.settings;
}

/** Waits until all is undone, so that the caller can rely on that. */
async function cancel(transfer: Steered, reason: string | undefined): Promise<unknown> {
  transfer.cancel(reason);
  let failure: VmToolsError;
  try {
    await transfer.result;
    transfer.cancel(); // says why that was too late
    return undefined;
  } catch (thrown) {
    failure = asVmToolsError(thrown);
  }
  if (failure.code !== 'XFR_CANCELLED' || failure.leftovers.length > 0) throw failure;
  return { guest: failure.guest };
}

async function* watch(
  transfer: Steered,
  signal: AbortSignal,
): AsyncGenerator<Record<string, unknown>, undefined> {
  const events = transfer[Symbol.asyncIterator]();
  signal.addEventListener('abort', () => void events.return?.(), { once: true });
  for await (const event of events)
    yield reply({ event: event.type === 'failed' ? { ...event, error: encodeError(event.error) } : event });
}

function describe({ start, startedAt, figures, settings }: Steered): ServedTransfer[] {
  return start === undefined ? [] : [{ ...start, startedAt, figures, settings }];
}

/** Of both ends the source: it decides more. */
function find(transfers: ReadonlyMap<string, Steered>, id: string): Steered {
  const found = transfers.get(keyOf({ id, role: 'source' })) ?? transfers.get(keyOf({ id, role: 'target' }));
  if (found !== undefined) return found;
  throw new VmToolsError({
    code: 'XFR_NOT_UNDER_WAY',
    kind: 'usage',
    message: `transfer ${id} is not under way in this process`,
    hint: 'vm-migrate list shows those that are',
    details: { id },
  });
}
