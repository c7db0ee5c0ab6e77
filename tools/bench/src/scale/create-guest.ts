import { createDomain, domainConfigSchema, type Domain, type Host } from '@vm-tools/libdomain';
import type { BenchHost } from '../bench-host.ts';

/** @param behaviour words for the simulated guest, such as "sim.set=2M" */
export async function createGuest(
  host: Host,
  { kernel }: BenchHost,
  { name, mib, behaviour }: { readonly name: string; readonly mib: number; readonly behaviour: string },
): Promise<Domain> {
  const config = { name, type: 'pvh', kernel, memoryKib: mib * 1024, cmdline: behaviour } as const;
  return createDomain(host, domainConfigSchema.parse(config));
}
