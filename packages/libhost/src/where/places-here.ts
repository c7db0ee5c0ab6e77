import { listDomains, type Domain, type Host } from '@vm-tools/libdomain';
import type { GuestPlace, GuestState, WantedGuest } from '@vm-tools/libxfr/types';
import { isWanted, openTransfers } from '../journals.ts';
import { readSaved } from '../saved/records.ts';

/**
 * What this host knows of a guest: its domain, a transfer of it that is not decided, its image of the time when the host
 * went down. Transfers are looked at first and last: a guest that leaves meanwhile would be in neither.
 */
export async function placesHere(host: Host, wanted: WantedGuest): Promise<readonly GuestPlace[]> {
  const before = await openTransfers(host);
  const domains = (await listDomains(host)).filter(({ state }) => state !== 'dying');
  const transfers = new Map(
    [...before, ...(await openTransfers(host))].map((transfer) => [transfer.guest.uuid, transfer]),
  );
  const found = new Map<string, GuestPlace>();
  for (const { name, uuid } of (await readSaved(host.root)).guests)
    if (isWanted(wanted, { name, uuid })) found.set(uuid, { name, uuid, state: 'saved' });
  for (const domain of domains) {
    const { name, uuid, domid } = domain;
    if (domid !== 0 && isWanted(wanted, domain))
      found.set(uuid, { name, uuid, domid, state: stateOf(domain) });
  }
  for (const { guest, role } of transfers.values()) {
    const { name, uuid } = guest;
    if (!isWanted(wanted, guest)) continue;
    const domid = found.get(uuid)?.domid;
    found.set(uuid, {
      name,
      uuid,
      ...(domid !== undefined && { domid }),
      state: role === 'source' ? 'going' : 'coming',
    });
  }
  return [...found.values()];
}

function stateOf({ state }: Domain): GuestState {
  switch (state) {
    case 'running':
    case 'blocked':
      return 'running';
    case 'incoming':
      return 'coming';
    case 'paused':
    case 'suspended':
      return 'paused';
    case 'shutdown':
    case 'crashed':
    case 'dying':
      return 'ended';
  }
}
