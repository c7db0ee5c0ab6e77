import { describeDomain, type Domain } from '../domain.ts';
import type { Host } from '../host.ts';

/** All domains of the host, dom0 first. */
export async function listDomains(host: Host): Promise<Domain[]> {
  const infos = await host.xen.domainGetinfolist();
  return Promise.all(infos.map((info) => describeDomain(host.store, info)));
}
