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
}

/**
 * The figures of one look as Prometheus reads them. Names and units are those that its authors ask for: bytes and
 * seconds, and `_total` behind what only grows. Domains are labelled with their names, by which people know them;
 * `xen_domain_info` has the rest. Those that are not told of are in the sums alone.
 *
 * @param told as `toldDomains` gives them
 */
export function describeHost(figures: HostFigures, told: readonly DomainFigures[], besides: Besides): string {
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
  gauge(
    'xen_host_domains_untold',
    'Domains without figures of their own here: of --max-domains, without a name, or with that of another',
    figures.domains.length - told.length,
  );
  describeDomain(registry, told, besides);
  return registry.text();
}

/**
 * The domains that are told of one by one, with the names that they have there. One without a name is being made or torn
 * down. Prometheus refuses all if two samples have the same labels, and xl lets two domains have one name. A name may
 * also hold what a terminal obeys, for which Prometheus has no escapes.
 *
 * @param most so many, those with the lowest domids
 */
export function toldDomains(domains: readonly DomainFigures[], most: number): readonly DomainFigures[] {
  const byName = new Map<string, DomainFigures>();
  for (const domain of domains) {
    const name = shown(domain.name);
    if (name !== '' && !byName.has(name)) byName.set(name, { ...domain, name });
  }
  return [...byName.values()].slice(0, most);
}
