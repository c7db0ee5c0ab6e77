import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { dirname } from 'node:path';
import { VmToolsError, within } from '@vm-tools/errors';
import { parseRate, parseSchedule } from '@vm-tools/ratelimit';
import type { TransferSummary } from '../events.ts';
import { asVmToolsError } from '../protocol/remote-error.ts';
import type { Transfer } from '../transfer/transfer.ts';
import { bind } from '../transport/bind.ts';
import { readLines, writeLine } from './lines.ts';
import {
  controlError,
  CONTROL_VERSION,
  decodeRequest,
  encodeError,
  type ControlRequest,
  type ServedTransfer,
} from './messages.ts';

/** Longer than any question. */
const LONGEST_REQUEST_BYTES = 4096;
const MOST_CONNECTIONS = 32;
/** Whoever connects has his question ready. */
const REQUEST_MS = 5_000;
/** Who has asked for the end of a transfer gets the answer when it has ended, which is when we close. */
const CLOSE_MS = 1_000;
/** Whoever asks reads the answer. */
const READ_MS = 30_000;

type Steered = Transfer<TransferSummary | undefined>;

/** Lets other processes of the same user see and steer transfers. */
export interface ControlServer extends AsyncDisposable {
  /** Serves a transfer that has begun, until it is over. */
  add(transfer: Steered): void;
  /** Answers who has asked already, and ends within a second or so. */
  close(): Promise<void>;
}

/**
 * Listens on a unix socket of mode 0600 for questions about the transfers of this process: which there are, their
 * events, to cancel one, to change its settings. A socket that a crash has left there is taken over.
 *
 * @param at its path, or the descriptor of one that somebody else has opened
 * @throws VmToolsError XFR_LISTEN
 */
export async function serveTransfers(at: string | { readonly fd: number }): Promise<ControlServer> {
  const transfers = new Map<string, Steered>();
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    void serve(socket, transfers).finally(() => {
      socket.destroy();
      sockets.delete(socket);
    });
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
    const late = { code: 'XFR_CONTROL_SILENT', message: 'somebody is still connected' };
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

async function serve(socket: Socket, transfers: ReadonlyMap<string, Steered>): Promise<void> {
  socket.on('error', () => undefined); // who hangs up has no more questions
  const reply = (said: Record<string, unknown>): Promise<boolean> =>
    writeLine(socket, { v: CONTROL_VERSION, ...said }, READ_MS);
  try {
    const request = decodeRequest(await firstLine(socket));
    if (request.do === 'watch') await watch(socket, find(transfers, request.id), reply);
    else await reply({ answer: (await answer(request, transfers)) ?? null });
  } catch (thrown) {
    await reply({ error: encodeError(asVmToolsError(thrown)) });
  }
  socket.end();
  const late = { code: 'XFR_CONTROL_SILENT', message: 'the answer was not read' };
  if (!socket.destroyed) await within(once(socket, 'close'), READ_MS, late).catch(() => undefined);
}

async function firstLine(socket: Socket): Promise<Buffer> {
  const lines = readLines(socket, LONGEST_REQUEST_BYTES);
  const late = { code: 'XFR_CONTROL_SILENT', message: `nothing was asked in ${REQUEST_MS} ms` };
  const { value } = await within(lines.next(), REQUEST_MS, late);
  if (value === undefined) throw controlError('nothing was asked');
  await lines.return();
  // There is one question for each connection. What comes behind it is not read; only its end is of interest.
  socket.on('data', () => socket.destroy()).resume();
  return value;
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

/** Waits until all is undone, so that who has asked for it can rely on that. */
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

async function watch(
  socket: Socket,
  transfer: Steered,
  reply: (said: Record<string, unknown>) => Promise<boolean>,
): Promise<void> {
  const events = transfer[Symbol.asyncIterator]();
  socket.once('close', () => void events.return?.());
  for await (const event of events) {
    const told = event.type === 'failed' ? { ...event, error: encodeError(event.error) } : event;
    if (!(await reply({ event: told }))) return;
  }
  await reply({ answer: null });
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
