import { basename, join } from 'node:path';
import { VmToolsError } from '@vm-tools/errors';
import { describeHolder, holderNow, lock, makeLockFolder, readHolder, tryLock } from '@vm-tools/locks';
import type { Domain } from '../domain.ts';
import { whereabouts } from '../guest-error.ts';
import type { Host } from '../host.ts';
import type { UndecidedTransfer } from '../transfers.ts';

/**
 * A domain that is this process' own until it is let go. No other action changes it meanwhile, as long as it asks for
 * it first.
 */
export interface Hold extends AsyncDisposable {
  readonly uuid: string;
}

/** How a domain is held while something is done to it, and for how long its lock is waited for. */
export interface HoldOptions {
  /** One that the caller has of this domain: then nothing is taken, and nothing let go. */
  readonly hold?: Hold | undefined;
  /** How long to wait for its holder, ms. @default 0: it fails at once */
  readonly waitMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** The transfer for which it is done; only that one touches the guest. */
  readonly transfer?: string | undefined;
}

/** The domain to hold; without a domid it is one that is to be made. */
type Held = Pick<Domain, 'uuid'> & Partial<Pick<Domain, 'domid' | 'name'>>;

const lockFolder = ({ root }: Host): string => join(root, 'run/vm-tools/domains');

/**
 * Takes a domain for this process, as every action does before it changes anything: a lock that the kernel releases
 * when the process ends, however it does. Then it asks what a crash may have left: a transfer that is not decided.
 *
 * @throws VmToolsError
 *   XFR_GUEST_BUSY (usage, may be tried again) with `details.holder`: another process works on it;
 *   XFR_UNRESOLVED (uncertain): a transfer of it is not decided, or committed by a process that waits for its target;
 *   XFR_JOURNAL_CORRUPT (corrupt): it may not be;
 *   LOCK_FAILED, LOCK_FOLDER; INTERRUPTED
 */
export async function holdDomain(host: Host, domain: Held, options: HoldOptions = {}): Promise<Hold> {
  const { hold } = options;
  if (hold !== undefined) return borrowed(hold, domain);
  const held = await lockDomain(host, domain, options);
  try {
    await requireDecided(host, domain, options.transfer);
    return held;
  } catch (thrown) {
    await held[Symbol.asyncDispose]();
    throw thrown;
  }
}

function borrowed({ uuid }: Hold, domain: Held): Hold {
  if (uuid === domain.uuid) return { uuid, [Symbol.asyncDispose]: () => Promise.resolve() };
  throw new TypeError(`the hold of ${uuid} is none of ${domain.uuid}`);
}

/** The lock alone, for callers that have looked at the transfers themselves. */
export async function lockDomain(
  host: Host,
  domain: Held,
  { waitMs = 0, signal }: HoldOptions,
): Promise<Hold> {
  await makeLockFolder(lockFolder(host));
  const path = join(lockFolder(host), `${domain.uuid}.lock`);
  const holder = holderNow(commandOf(host));
  const held = await (waitMs > 0
    ? lock(path, { holder, timeoutMs: waitMs, signal }).catch(unlessLate)
    : tryLock(path, { holder }));
  const { uuid } = domain;
  if (held !== undefined) return { uuid, [Symbol.asyncDispose]: () => held[Symbol.asyncDispose]() };
  throw await busy(host, domain, path);
}

/** As what others see this process at work. */
export function commandOf({ command }: Pick<Host, 'command'>): string {
  return command ?? basename(process.argv[1] ?? process.title);
}

function unlessLate(thrown: unknown): undefined {
  if (!(thrown instanceof VmToolsError) || thrown.code !== 'LOCK_TIMEOUT') throw thrown;
}

async function busy(host: Host, domain: Held, path: string): Promise<VmToolsError> {
  const { uuid, domid, name = uuid } = domain;
  const holder = await readHolder(path);
  // Waiting does not help when the holder itself waits, for a target that may have the guest.
  const undecided = await host.transfers.of(uuid).catch(() => undefined);
  if (undecided?.role === 'source' && undecided.state === 'committed') return unresolved(domain, undecided);
  return new VmToolsError({
    code: 'XFR_GUEST_BUSY',
    kind: 'usage',
    retry: 'safe',
    message: `${name} is busy: ${describeHolder(holder)}`,
    hint: 'wait until it has finished, with --wait',
    guest: domid === undefined ? undefined : await whereabouts(host, { ...domain, domid }),
    details: { name, uuid, holder },
  });
}

/**
 * A journal's word counts before Xen's.
 *
 * @param transfer the one for which it is done
 * @returns what is known of that
 * @throws VmToolsError XFR_UNRESOLVED, XFR_JOURNAL_CORRUPT
 */
export async function requireDecided(
  host: Host,
  domain: Held,
  transfer: string | undefined,
): Promise<UndecidedTransfer | undefined> {
  const undecided = await host.transfers.of(domain.uuid);
  if (undecided !== undefined && undecided.id !== transfer) throw unresolved(domain, undecided);
  return undecided;
}

function unresolved({ uuid, domid, name = uuid }: Held, transfer: UndecidedTransfer): VmToolsError {
  const { id, role, state, means, peer } = transfer;
  const other = role === 'source' ? `to ${peer}` : `from ${peer}`;
  return new VmToolsError({
    code: 'XFR_UNRESOLVED',
    kind: 'uncertain',
    message: `no other tool may touch ${name} before its transfer ${other} is decided: it ${means}`,
    hint: `vm-migrate resolve ${id}`,
    guest: { name, uuid, ...(domid === undefined ? {} : { domid }), state: means },
    details: { id, role, state, peer },
  });
}
