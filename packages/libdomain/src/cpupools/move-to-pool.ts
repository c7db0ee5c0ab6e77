import { VmToolsError } from '@vm-tools/errors';
import { refuseDom0 } from '../actions/not-dom0.ts';
import type { Domain } from '../domain.ts';
import { guestError } from '../guest-error.ts';
import { requireThere, requireWhole } from '../guest/requirements.ts';
import { holdDomain, type HoldOptions } from '../hold/hold-domain.ts';
import type { Host } from '../host.ts';
import type { NamedPool } from './named-pool.ts';

/**
 * Lets a domain run on the processors of another pool from now on.
 *
 * @throws CPUPOOL_NEEDS_CPU (usage): that pool has none; DOMAIN_UNKNOWN; and as `holdDomain`
 */
export async function moveToPool(
  host: Host,
  domain: Pick<Domain, 'domid' | 'uuid' | 'name'>,
  pool: NamedPool,
  options: HoldOptions = {},
): Promise<void> {
  refuseDom0(domain, 'moved into another cpupool from here');
  requireCpu(pool);
  const { domid, name } = domain;
  try {
    await using _held = await holdDomain(host, domain, options);
    const info = await requireThere(host, domain);
    await requireWhole(host, domain, info);
    if (info.cpupool !== pool.id) await host.xen.cpupoolMovedomain(pool.id, domid);
  } catch (thrown) {
    throw await guestError(host, domain, thrown, {
      doing: `moving ${name} into the cpupool ${pool.name}`,
      hint: 'move it again',
    });
  }
}

/** @throws CPUPOOL_NEEDS_CPU */
export function requireCpu({ name, cpus }: NamedPool): void {
  if (cpus.length > 0) return;
  throw new VmToolsError({
    code: 'CPUPOOL_NEEDS_CPU',
    kind: 'usage',
    message: `the cpupool ${name} has no processor on which a domain could run`,
    hint: `put one into it: vm-cpupool add ${name} CPU`,
  });
}
