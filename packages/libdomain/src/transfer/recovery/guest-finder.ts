import { VmToolsError } from '@vm-tools/errors';
import type { DomainInfo } from '@vm-tools/xc-native';
import { destroyDomain } from '../../actions/destroy-domain.ts';
import { allThrough } from '../../all-through.ts';
import { confirmSuspended } from '../../guest/suspend/confirm-suspended.ts';
import { recoverGuest } from '../../guest/recover-guest.ts';
import { hasNeverRun } from '../../guest/unfinished.ts';
import { holdDomain } from '../../hold/hold-domain.ts';
import type { Host } from '../../host.ts';
import { domainPath, incomingPath } from '../../paths.ts';
import { remains } from '../../removal/remains.ts';
import type { FoundTarget, GuestFinder, Journalled } from '@vm-tools/ports';
import { startRestored } from '../target/start-restored.ts';

/** Here nothing may be left of the guest when it is not here: what else there is goes with it. */
const GIVEN_UP = new Set(['reserved', 'ready', 'failing', 'fenced']);

/** Finds the domains of this host again of which a crash has left only the journal. */
export function guestFinder(host: Host): GuestFinder {
  return {
    async findSource({ id, guest }) {
      const { name, uuid } = guest;
      const domid = guest.domid ?? (await byUuid(host, uuid))[0]?.domid;
      if (domid === undefined) return undefined;
      const info = await host.xen.domainGetinfo(domid);
      const domain = { domid, uuid, name };
      // A number is given anew some day, and after a reboot soon.
      if (info === undefined ? (await remains(host, domain)).length === 0 : info.uuid !== uuid)
        return undefined;
      return {
        async resume() {
          await using _held = await holdDomain(host, domain, { transfer: id });
          await recoverGuest(host, domain);
        },
        confirm: () => confirmSuspended(host, domain),
        destroy: () => destroyDomain(host, domain, { transfer: id, qemuEnds: 'at-once' }),
      };
    },

    async findTarget(transfer) {
      const { guest } = transfer;
      if (guest.domid === undefined) return findUnnumbered(host, transfer);
      const { name, uuid, domid } = guest;
      const domain = { domid, uuid, name };
      const info = await host.xen.domainGetinfo(domid);
      if (info === undefined) {
        if (!GIVEN_UP.has(transfer.state) || (await remains(host, domain)).length === 0) return undefined;
      } else if (info.uuid !== uuid) return undefined;
      return {
        state: info === undefined || hasNeverRun(info) ? 'paused' : 'running',
        start: async () => {
          await using _held = await holdDomain(host, domain, { transfer: transfer.id });
          await startRestored(host, domain);
          return { domid };
        },
        abandon: () => destroyDomain(host, domain, { transfer: transfer.id }),
      };
    },
  };
}

/**
 * The domain was being made when the process ended. It bears the mark of its transfer, from the moment on at which it
 * has nodes; before that it is bare. A domain of the same UUID without either is not meant: on a host that sends to
 * itself it is the guest.
 */
async function findUnnumbered(host: Host, { id, guest }: Journalled): Promise<FoundTarget | undefined> {
  const { store } = host;
  const { uuid } = guest;
  const domids: number[] = [];
  for (const folder of (await store.directory('/libxl')) ?? []) {
    const domid = Number(folder);
    if (Number.isInteger(domid) && (await store.read(incomingPath(domid))) === id) domids.push(domid);
  }
  for (const info of await byUuid(host, uuid)) {
    const isBare = (await store.read(domainPath(info.domid))) === undefined;
    if (isBare && hasNeverRun(info) && !domids.includes(info.domid)) domids.push(info.domid);
  }
  if (domids.length === 0) return undefined;
  return {
    state: 'paused',
    start: () => Promise.reject(notWhole(guest)),
    async abandon() {
      await using hold = await holdDomain(host, { uuid, name: guest.name }, { transfer: id });
      await allThrough(domids.map((domid) => destroyDomain(host, { domid, uuid }, { hold })));
    },
  };
}

async function byUuid({ xen }: Host, uuid: string): Promise<readonly DomainInfo[]> {
  return (await xen.domainGetinfolist()).filter((info) => info.uuid === uuid);
}

function notWhole({ name }: Journalled['guest']): VmToolsError {
  return new VmToolsError({
    code: 'DOMAIN_NOT_RESTORED',
    message: `${name} had not come here as a whole, and cannot be started`,
    hint: 'send it again: it runs where it came from',
  });
}
