import { VmToolsError } from '@vm-tools/errors';
import { domainSource, keptConfig, shutdownDomain, type Host, type KeptConfig } from '@vm-tools/libdomain';
import { saveToFile } from '@vm-tools/libxfr';
import { formatPeerAddress } from '@vm-tools/libxfr/transport';
import { writeAutostart } from '../autostart/entries.ts';
import { moveGuest } from '../evacuate/move-guest.ts';
import { journalsOf } from '../journals.ts';
import type { GuestOutcome } from '../outcome.ts';
import { peerAddress } from '../peer/call-peer.ts';
import { SavedGuests } from '../saved/records.ts';
import type { Leaving, TakeDownOptions } from './take-down.ts';

type Done = Pick<GuestOutcome, 'did' | 'note'>;

const DEFAULT_TIMEOUT_MS = 60_000;
/** Why a guest is shut down in place of being saved: it cannot be, or there is no room. */
const NOT_SAVABLE: ReadonlySet<string> = new Set(['DOMAIN_NOT_SAVABLE', 'XFR_NO_SPACE']);

/** Takes one guest down, and keeps what it was by then for its next start. */
export async function endGuest(host: Host, guest: Leaving, options: TakeDownOptions): Promise<Done> {
  const { domain, entry, ending } = guest;
  if (domain.state === 'shutdown' || domain.state === 'crashed') return { did: 'left', note: 'it has ended' };
  const kept = await keptConfig(host, domain).catch((thrown: unknown) => {
    if (ending === 'save') throw thrown;
    return undefined; // it can be shut down all the same
  });
  if (entry !== undefined && kept !== undefined && !('file' in entry.from))
    await writeAutostart(host.root, { ...entry, uuid: domain.uuid, name: domain.name, from: kept });
  if (ending === 'shutdown' || kept === undefined) return shutDown(host, guest, options);
  if (ending !== 'save') {
    const moved = await moveAway(host, guest, ending.slice('move:'.length), options);
    if (!(moved instanceof VmToolsError)) return moved;
    options.onWarning?.(`${guest.name} could not be moved, and is saved: ${moved.message}`);
  }
  try {
    await save(host, guest, kept, options);
    return { did: 'saved' };
  } catch (thrown) {
    if (!(thrown instanceof VmToolsError) || !NOT_SAVABLE.has(thrown.code)) throw thrown;
    return { ...(await shutDown(host, guest, options)), note: `it could not be saved: ${thrown.message}` };
  }
}

/** @returns why it is still here, where no transfer of it has begun or it has come to its end */
async function moveAway(
  host: Host,
  { domain, name }: Leaving,
  endpoint: string,
  { signal, onLog, onEvent }: TakeDownOptions,
): Promise<Done | VmToolsError> {
  try {
    const peer = peerAddress({ endpoint });
    await moveGuest(host, domain, [peer], {
      ...{ signal, onLog, journals: journalsOf(host) },
      onEvent: onEvent && ((event) => onEvent(name, event)),
    });
    return { did: 'moved', note: `to ${formatPeerAddress(peer)}` };
  } catch (thrown) {
    if (!(thrown instanceof VmToolsError) || thrown.kind === 'uncertain' || signal?.aborted === true)
      throw thrown;
    return thrown;
  }
}

/**
 * The record says "saving" before there is an image and "saved" when the domain has gone: an image whose guest may have
 * been resumed since is never used.
 */
async function save(
  host: Host,
  { domain, name }: Leaving,
  kept: KeptConfig,
  { signal, onLog, onEvent, beforeChange }: TakeDownOptions,
): Promise<void> {
  const saved = new SavedGuests(host.root, beforeChange);
  const record = { ...kept, uuid: domain.uuid, name } as const;
  await saved.forget(domain); // of an earlier end
  await saved.write({ ...record, state: 'saving' });
  try {
    await saveToFile(domainSource(host, domain, { onLog }), saved.imagePath(domain), {
      afterwards: 'destroy',
      signal,
      onEvent: onEvent && ((event) => onEvent(name, event)),
    });
  } catch (thrown) {
    // Where there is an image, the domain is still here: what brings guests back will see to both.
    if (!(await saved.hasImage(domain))) await saved.forget(domain);
    throw thrown;
  }
  await saved.write({ ...record, state: 'saved' });
}

async function shutDown(
  host: Host,
  { domain }: Leaving,
  { timeoutMs = DEFAULT_TIMEOUT_MS, force = false, signal }: TakeDownOptions,
): Promise<Done> {
  const ended = await shutdownDomain(host, domain, {
    mode: 'poweroff',
    wait: true,
    waitMs: timeoutMs,
    ...{ timeoutMs, force, signal },
  });
  return { did: 'shut-down', ...(ended === 'forced' && { note: 'without its help' }) };
}
