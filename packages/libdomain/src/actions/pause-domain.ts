import { VmToolsError } from '@vm-tools/errors';
import type { DomainInfo } from '@vm-tools/xc-native';
import type { Domain } from '../domain.ts';
import type { Host } from '../host.ts';
import { refuseDom0 } from './not-dom0.ts';

type Named = Pick<Domain, 'domid' | 'name'>;

/** Stops the vCPUs of a domain. Xen counts pauses; ours does not pile up: a paused domain stays as it is. */
export async function pauseDomain(host: Host, domain: Named): Promise<void> {
  refuseDom0(domain, 'paused');
  if (!(await look(host, domain)).isPaused) await host.xen.domainPause(domain.domid);
}

/** Lets a paused domain run; one that is not paused stays as it is. */
export async function unpauseDomain(host: Host, domain: Named): Promise<void> {
  if ((await look(host, domain)).isPaused) await host.xen.domainUnpause(domain.domid);
}

async function look({ xen }: Host, { domid, name }: Named): Promise<DomainInfo> {
  const info = await xen.domainGetinfo(domid);
  if (info !== undefined && !info.isDying) return info;
  throw new VmToolsError({
    code: 'DOMAIN_UNKNOWN',
    kind: 'no-domain',
    message: `${name} (domid ${domid}) is gone`,
    details: { domid },
  });
}
