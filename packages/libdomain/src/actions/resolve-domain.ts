import { VmToolsError } from '@vm-tools/errors';
import type { Domain } from '../domain.ts';
import type { Host } from '../host.ts';
import { suggest } from '../config/suggest.ts';
import { listDomains } from './list-domains.ts';

const UUID = /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/;

/**
 * The one domain that is meant: only digits is a domid, the canonical form of a UUID is a UUID, anything else is a
 * name, and none of the three is ever tried as another. A domain that is dying is only meant by its domid, or when
 * no living one fits.
 *
 * @throws DOMAIN_UNKNOWN, with a similar name as its hint; DOMAIN_AMBIGUOUS when two living domains fit
 */
export async function resolveDomain(host: Host, wanted: string | number): Promise<Domain> {
  const text = String(wanted);
  const domains = await listDomains(host);
  const fitting = domains.filter(matcher(text));
  const living = fitting.filter(({ state }) => state !== 'dying');
  const meant = living.length > 0 ? living : fitting;
  const [first, second] = meant;
  if (first !== undefined && (second === undefined || living.length === 0)) return first;
  if (first !== undefined) throw ambiguous(text, meant);
  throw unknown(text, domains);
}

function matcher(text: string): (domain: Domain) => boolean {
  if (/^\d+$/.test(text)) return ({ domid }) => domid === Number(text);
  const lower = text.toLowerCase();
  if (UUID.test(lower)) return ({ uuid }) => uuid === lower;
  return ({ name }) => name !== '' && name === text;
}

function ambiguous(text: string, meant: readonly Domain[]): VmToolsError {
  const domids = meant.map(({ domid }) => domid);
  return new VmToolsError({
    code: 'DOMAIN_AMBIGUOUS',
    kind: 'no-domain',
    message: `${text} may be any of the domains with domid ${domids.join(', ')}`,
    hint: 'name the domain by its domid',
    details: { wanted: text, domids },
  });
}

function unknown(text: string, domains: readonly Domain[]): VmToolsError {
  const names = domains.map(({ name }) => name).filter((name) => name !== '');
  const similar = suggest(text, names);
  return new VmToolsError({
    code: 'DOMAIN_UNKNOWN',
    kind: 'no-domain',
    message: `there is no domain ${text} on this host`,
    hint: similar === undefined ? 'vm-list shows all domains' : `did you mean ${similar}?`,
    details: { wanted: text },
  });
}
