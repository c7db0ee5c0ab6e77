import { throwIfAborted, VmToolsError } from '@vm-tools/errors';
import { storeAccess, type StoreAccess } from '../access.ts';
import { isRefusal, protocolError } from '../errors.ts';
import type { Request } from '../wire/request.ts';
import { nulTerminated } from '../wire/strings.ts';
import type { Turns } from './turns.ts';

/** The parts of the pause between two tries; a parameter so that tests need no time and no luck. */
export interface BackOff {
  /** @returns a number in [0, 1) */
  random(): number;
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export interface TransactionOptions {
  readonly backOff: BackOff;
  /** of this connection */
  readonly turns: Turns;
  readonly signal?: AbortSignal | undefined;
}

const MAX_TRIES = 40;
const FIRST_PAUSE_MS = 2;
const LONGEST_PAUSE_MS = 250;

/**
 * Runs `body` in a transaction, again whenever another client changed what it had read. The pauses between the tries
 * grow and are random: two writers that disturbed each other would otherwise meet again at every try.
 *
 * Making or removing a domain changes the list of all domains, so clients that do it at the same time disturb each
 * other: of n tries one succeeds, and n of them would take n² tries. Those of one connection therefore come one after
 * the other.
 */
export async function runTransaction<T>(
  request: Request,
  body: (tx: StoreAccess) => Promise<T>,
  { backOff, turns, signal }: TransactionOptions,
): Promise<T> {
  using _turn = await turns.take(signal);
  for (let tries = 1; ; tries += 1) {
    throwIfAborted(signal, 'changing xenstore');
    try {
      return await tryOnce(request, body, signal);
    } catch (error) {
      if (!isDisturbance(error)) throw error;
      if (tries === MAX_TRIES) throw busyError(error);
    }
    const ceilingMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (tries - 1));
    await backOff.sleep(backOff.random() * ceilingMs, signal);
  }
}

async function tryOnce<T>(
  request: Request,
  body: (tx: StoreAccess) => Promise<T>,
  signal: AbortSignal | undefined,
): Promise<T> {
  const reply = (await request('TRANSACTION_START', [nulTerminated('')])).toString().replace(/\0$/, '');
  const transactionId = Number(reply);
  if (!/^\d+$/.test(reply) || transactionId === 0 || transactionId >= 2 ** 32) {
    throw protocolError(`xenstored gave "${reply}" as a transaction id`);
  }
  let result: T;
  try {
    result = await body(storeAccess(request, transactionId));
    throwIfAborted(signal, 'changing xenstore');
  } catch (error) {
    // The error of the body counts; if this fails too, the transaction dies with its connection.
    await request('TRANSACTION_END', [nulTerminated('F')], { transactionId }).catch(() => undefined);
    throw error;
  }
  await request('TRANSACTION_END', [nulTerminated('T')], { transactionId });
  return result;
}

/**
 * EAGAIN is what xenstored answers at the end. But before that it may stumble over a view that no longer fits together,
 * say a node that another client has made below a parent which we had read without it: then it answers EIO. And when a
 * domain has died that owned a node of ours, the end is ENOMEM: there is no such domain to count the node for.
 */
function isDisturbance(error: unknown): boolean {
  return isRefusal(error, 'EAGAIN') || isRefusal(error, 'EIO') || isRefusal(error, 'ENOMEM');
}

function busyError(cause: unknown): VmToolsError {
  return new VmToolsError({
    code: 'XENSTORE_BUSY',
    kind: 'failure',
    retry: 'safe',
    message: `another client changed xenstore during each of ${MAX_TRIES} tries of a transaction`,
    hint: 'try again when the host is less busy',
    cause,
    details: { tries: MAX_TRIES },
  });
}
