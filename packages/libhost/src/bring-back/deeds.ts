import {
  createDomain,
  createKept,
  destroyDomain,
  domainTarget,
  holdDomain,
  readConfigFile,
  recoverGuest,
  startRestored,
  type Host,
} from '@vm-tools/libdomain';
import { restoreFromFile } from '@vm-tools/libxfr';
import type { GuestOutcome } from '../outcome.ts';
import { SavedGuests } from '../saved/records.ts';
import type { SavedGuest } from '../saved/record.ts';
import type { BringBackOptions, Returning } from './bring-back.ts';

/** A guest of which there is a domain. */
type Present = Pick<Returning, 'uuid' | 'name'> & { readonly domid: number };
type Done = Pick<GuestOutcome, 'did' | 'domid' | 'note'>;

/** Another tool that is at work on a guest, or has begun to end, is waited for. */
const PATIENCE_MS = 60_000;

/** Does what is next for a guest. */
export async function deedOf(host: Host, guest: Returning, options: BringBackOptions): Promise<Done> {
  const { saved, domid } = guest;
  const records = new SavedGuests(host.root, options.beforeChange);
  switch (guest.next) {
    case 'nothing':
      return guest.hasEnded ? { did: 'left', domid, note: 'it has ended' } : { did: 'runs', domid };
    case 'forget-image':
      await records.forget(guest);
      return { did: 'runs', domid, note: saved?.state === 'saved' ? STALE : undefined };
    case 'resume':
      await records.removeImage(guest); // first: behind that it may run
      await recoverGuest(host, present(guest));
      await records.forget(guest);
      return { did: 'resumed', domid, note: 'its save was cut short' };
    case 'start':
      await startUsed(host, present(guest));
      await records.forget(guest);
      return { did: 'started', domid };
    case 'restore':
      await removeHalfMade(host, guest, options);
      return restore(host, guest.saved as SavedGuest, records, options);
    case 'create':
      await removeHalfMade(host, guest, options);
      return create(host, guest, records, options);
  }
}

const STALE = 'it has run since it was saved, and its image is removed';

/** The image is used up before the guest runs, whatever happens to this process, or to the host. */
async function restore(
  host: Host,
  saved: SavedGuest,
  records: SavedGuests,
  options: BringBackOptions,
): Promise<Done> {
  const { signal, onLog, onEvent } = options;
  const target = domainTarget(host, {
    waitMs: PATIENCE_MS,
    isBack: true,
    rulesOfPeer: options.rulesOfPeer,
    onLog,
    origin: saved.origin ?? { from: 'image' },
    beforeStart: () => records.write({ ...saved, state: 'used' }),
  });
  const image = records.imagePath(saved);
  const onEventOf = onEvent && ((event: Parameters<typeof onEvent>[1]) => onEvent(saved.name, event));
  const { domid } = await restoreFromFile(image, target, { signal, onEvent: onEventOf });
  await records.forget(saved);
  return { did: 'restored', domid };
}

async function create(
  host: Host,
  guest: Returning,
  records: SavedGuests,
  options: BringBackOptions,
): Promise<Done> {
  const { saved, entry, uuid } = guest;
  const { signal, onLog, rulesOfPeer } = options;
  const shared = { signal, onLog, waitMs: PATIENCE_MS, isBack: true };
  const note = saved === undefined ? undefined : 'its image could not be used: what it had in memory is lost';
  // Before it runs: behind that no image of it may be used any more.
  await records.removeImage(guest);
  const from = saved ?? entry?.from;
  if (from === undefined) throw new TypeError(`${guest.name} has nothing to start from`);
  const domain =
    'file' in from
      ? await createDomain(host, { uuid, ...(await readConfigFile(from.file, { signal })) }, shared)
      : await createKept(host, from, { ...shared, rulesOfPeer });
  if (saved !== undefined) await records.forget(guest);
  return { did: 'created', domid: domain.domid, note };
}

/** `nextOf` asks for no domain that is not there. */
function present({ uuid, name, domid }: Returning): Present {
  if (domid === undefined) throw new TypeError(`there is no domain of ${name}`);
  return { uuid, name, domid };
}

async function startUsed(host: Host, domain: Present): Promise<void> {
  await using _held = await holdDomain(host, domain, { waitMs: PATIENCE_MS });
  await startRestored(host, domain);
}

async function removeHalfMade(host: Host, guest: Returning, { signal }: BringBackOptions): Promise<void> {
  if (guest.domid !== undefined) await destroyDomain(host, present(guest), { signal, waitMs: PATIENCE_MS });
}
