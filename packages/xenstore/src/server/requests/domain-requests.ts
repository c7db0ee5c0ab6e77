import { nulTerminated } from '../../wire/strings.ts';
import type { KnownDomain } from '../tree/domain-table.ts';
import { domainPath } from '../tree/path.ts';
import { Refusal } from '../tree/refusal.ts';
import type { Asker } from './asker.ts';
import { introduceDomain, releaseDomain } from './domain-life.ts';

const DOMID_SELF = 0x7ff0;

/** The frame of the ring is of no interest to xenstored: it maps the page by a grant that Xen's tools have made. */
export function introduce({ store }: Asker, domid: string, port: string): void {
  if (toNumber(port) <= 0) throw new Refusal('EINVAL');
  introduceDomain(store, toNumber(domid));
}

export function release(asker: Asker, domid: string): void {
  releaseDomain(asker.store, introducedGuest(asker, domid).domid);
}

export function resume(asker: Asker, domid: string): void {
  introducedGuest(asker, domid).hasShutDown = false;
}

export function isDomainIntroduced({ store }: Asker, text: string): Buffer {
  const domid = toNumber(text);
  const isIntroduced = domid === DOMID_SELF || store.domains.introduced(domid) !== undefined;
  return nulTerminated(isIntroduced ? 'T' : 'F');
}

export function getDomainPath(domid: string): Buffer {
  return nulTerminated(domainPath(toNumber(domid)));
}

function introducedGuest({ store: { domains } }: Asker, text: string): KnownDomain {
  const domid = toNumber(text);
  if (domid === 0) throw new Refusal('EINVAL');
  const domain = domains.introduced(domid);
  if (domain === undefined) throw new Refusal('ENOENT');
  return domain;
}

/** As atoi(). */
function toNumber(text: string): number {
  return Number.parseInt(text, 10) || 0;
}
