import type { Host } from '@vm-tools/libdomain';
import type { Journals } from '@vm-tools/libxfr/journals';
import type { LivingGuest } from '@vm-tools/trust';

const PAGE_BYTES = 4096;

/**
 * The guests on this host that came from a peer. Journals of guests that are here are kept, and a guest that reboots
 * keeps its UUID.
 */
export async function guestsFrom(
  who: string,
  { host, journals }: { readonly host: Pick<Host, 'xen'>; readonly journals: Pick<Journals, 'list'> },
): Promise<readonly LivingGuest[]> {
  const [living, { records }] = await Promise.all([host.xen.domainGetinfolist(), journals.list()]);
  const ofPeer = records.filter((record) => record.role === 'target' && record.who === who);
  const uuids = new Set(ofPeer.map(({ guest }) => guest.uuid.toLowerCase()));
  return living
    .filter(({ uuid, isDying }) => uuids.has(uuid) && !isDying)
    .map(({ uuid, totPages, maxPages }) => ({
      uuid,
      memoryBytes: Math.max(totPages, maxPages) * PAGE_BYTES,
    }));
}
