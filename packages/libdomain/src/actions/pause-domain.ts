import { VmToolsError } from '@vm-tools/errors';
import type { DomainInfo } from '@vm-tools/xc-native';
import type { Domain } from '../domain.ts';
import { guestError } from '../guest/guest-error.ts';
import type { Host } from '../host.ts';
import { refuseDom0 } from './not-dom0.ts';

type Named = Pick<Domain, 'domid' | 'name'>;

/** Stops the vCPUs of a domain. Xen counts pauses; ours does not pile up: a paused domain stays as it is. */
export async function pauseDomain(host: Host, domain: Named): Promise<void> {
  refuseDom0(domain, 'paused');
  try {
    if (!(await look(host, domain)).isPaused) await host.xen.domainPause(domain.domid);
  } catch (thrown) {
    throw await guestError(host, domain, thrown, {
      doing: `pausing ${domain.name}`,
      hint: 'pause it again',
    });
  }
}

/** Lets a paused domain run; one that is not paused stays as it is. */
export async function unpauseDomain(host: Host, domain: Named): Promise<void> {
  try {
    if ((await look(host, domain)).isPaused) await host.xen.domainUnpause(domain.domid);
  } catch (thrown) {
    throw await guestError(host, domain, thrown, {
      doing: `unpausing ${domain.name}`,
      hint: 'unpause it again',
    });
  }
}

async function look({ xen }: Host, { domid, name }: Named): Promise<DomainInfo> {
  const info = await xen.domainGetinfo(domid);
  if (info !== undefined && !info.isDying) return info;
  throw new VmToolsError({
    code: 'DOMAIN_UNKNOWN',
    kind: 'no-domain',
    message: `${name} (domid ${domid}) is gone`,
    hint: 'vm-list shows all domains',
    details: { domid },
  });
}
