import { VmToolsError } from '@vm-tools/errors';
import type { DomainInfo } from '@vm-tools/xc-native';
import { suggest } from '@vm-tools/words';
import { describeDomain, type Domain } from '../../domain.ts';
import { asVmToolsError } from '../../guest-error.ts';
import type { Host } from '../../host.ts';
import { findPending, type PendingRestart } from '../../pending/pending-restarts.ts';
import { readNames } from '../../read-names.ts';
import { LOOKING } from './list-domains.ts';

const UUID = /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/;

/**
 * The one domain that is meant: only digits is a domid, the canonical form of a UUID is a UUID, anything else is a
 * name, and none of the three is ever tried as another. A domain that is dying is only meant by its domid, or when
 * no living one fits.
 *
 * @throws DOMAIN_UNKNOWN, with a similar name as its hint; DOMAIN_AMBIGUOUS when two living domains fit
 */
export async function resolveDomain(host: Host, wanted: string | number): Promise<Domain> {
  try {
    return await resolve(host, String(wanted));
  } catch (thrown) {
    throw asVmToolsError(thrown, LOOKING);
  }
}

/** Xenstore is asked about no more domains than it takes: there may be a thousand. */
async function resolve(host: Host, wanted: string): Promise<Domain> {
  const { xen, store } = host;
  const infos = await xen.domainGetinfolist();
  const fitting = matching(infos, wanted) ?? (await named(store, infos, wanted));
  const living = fitting.filter(({ isDying }) => !isDying);
  const meant = living.length > 0 ? living : fitting;
  const [first, second] = meant;
  if (first === undefined) {
    const failed = await findPending(host, wanted);
    throw failed === undefined
      ? unknown(wanted, await readNames(store, infos))
      : notRestarted(wanted, failed);
  }
  if (second !== undefined && living.length > 0) throw ambiguous(wanted, meant);
  return describeDomain(store, first);
}

/** Undefined when what is wanted can only be a name. */
function matching(infos: readonly DomainInfo[], wanted: string): readonly DomainInfo[] | undefined {
  if (/^\d+$/.test(wanted)) return infos.filter(({ domid }) => domid === Number(wanted));
  const lower = wanted.toLowerCase();
  return UUID.test(lower) ? infos.filter(({ uuid }) => uuid === lower) : undefined;
}

async function named(
  store: Host['store'],
  infos: readonly DomainInfo[],
  wanted: string,
): Promise<readonly DomainInfo[]> {
  const names = await readNames(store, infos);
  return infos.filter((_, index) => wanted !== '' && names[index] === wanted);
}

function ambiguous(text: string, meant: readonly DomainInfo[]): VmToolsError {
  const domids = meant.map(({ domid }) => domid);
  return new VmToolsError({
    code: 'DOMAIN_AMBIGUOUS',
    kind: 'no-domain',
    message: `${text} may be any of the domains with domid ${domids.join(', ')}`,
    hint: 'name the domain by its domid',
    details: { wanted: text, domids },
  });
}

function notRestarted(text: string, { name, failure }: PendingRestart): VmToolsError {
  const why = failure === undefined ? 'is being restarted' : `could not be restarted: ${failure.message}`;
  return new VmToolsError({
    code: 'DOMAIN_UNKNOWN',
    kind: 'no-domain',
    message: `there is no domain ${text} on this host: it ${why}`,
    hint:
      failure === undefined
        ? 'wait until vm-monitor has restarted it'
        : `once the cause is gone, run vm-create --from-pending ${name}`,
    details: { wanted: text },
  });
}

function unknown(text: string, names: readonly (string | undefined)[]): VmToolsError {
  const known = names.flatMap((name) => name ?? []).filter((name) => name !== '');
  const similar = suggest(text, known);
  return new VmToolsError({
    code: 'DOMAIN_UNKNOWN',
    kind: 'no-domain',
    message: `there is no domain ${text} on this host`,
    hint: similar === undefined ? 'list the domains with vm-list' : `did you mean ${similar}?`,
    details: { wanted: text },
  });
}
