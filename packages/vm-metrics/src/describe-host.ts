import type { DomainFigures, HostFigures } from '@vm-tools/libdomain';
import { Gauge, Registry } from '@vm-tools/metrics';
import { shown } from '@vm-tools/words';
import { describeDomain } from './describe-domain.ts';

/** What is known of domains besides their figures. */
export interface Besides {
  /** the memory that a guest has been asked to have, KiB, by domid */
  readonly targets: ReadonlyMap<number, number>;
  /** when a guest was last saved, seconds since 1970, by UUID */
  readonly saves: ReadonlyMap<string, number>;
  readonly maxDomains: number;
}

export const CONTENT_TYPE = new Registry().contentType;

/**
 * The figures of one look as Prometheus reads them. Names and units are those that its authors ask for: bytes and
 * seconds, and `_total` behind what only grows. Domains are labelled with their names, by which people know them;
 * `xen_domain_info` has the rest. A domain that has no name is being made or torn down, and is told of in the sums alone.
 */
export function describeHost(figures: HostFigures, { maxDomains, ...besides }: Besides): string {
  const registry = new Registry();
  const gauge = (name: string, help: string, value: number): void =>
    new Gauge({ name, help, registry }).set({}, value);
  gauge('xen_host_cpus', 'Processors of this host', figures.cpus);
  gauge('xen_host_memory_bytes', 'Memory that Xen may give away', figures.memoryKib * 1024);
  gauge(
    'xen_host_memory_free_bytes',
    'Memory that no domain has or has been promised',
    figures.freeKib * 1024,
  );
  const states = new Gauge({
    name: 'xen_host_domains',
    help: 'Domains by what they do, dom0 included',
    labelNames: ['state'],
    registry,
  });
  for (const [state, domains] of Map.groupBy(figures.domains, (domain) => domain.state))
    states.set({ state }, domains.length);
  const named = firstOfEachName(figures.domains);
  const told = named.slice(0, maxDomains);
  gauge(
    'xen_host_domains_untold',
    'Domains without figures of their own here: of --max-domains, without a name, or with that of another',
    figures.domains.length - told.length,
  );
  describeDomain(registry, told, besides);
  return registry.text();
}

/**
 * Prometheus refuses all if two samples have the same labels, and xl lets two domains have one name. A name may also
 * hold what a terminal obeys, for which Prometheus has no escapes.
 */
function firstOfEachName(domains: readonly DomainFigures[]): readonly DomainFigures[] {
  const byName = new Map<string, DomainFigures>();
  for (const domain of domains)
    if (domain.name !== '' && !byName.has(domain.name))
      byName.set(domain.name, { ...domain, name: shown(domain.name) });
  return [...byName.values()];
}
