import type { DomainFigures } from '@vm-tools/libdomain';
import { Counter, Gauge, type Registry } from '@vm-tools/metrics';
import type { Besides } from './describe-host.ts';

const SECTOR_BYTES = 512;

/** One metric: its name without "xen_domain_", a sentence about it, and its value; undefined where there is none. */
type Row = readonly [
  name: string,
  help: string,
  value: (domain: DomainFigures, besides: Besides) => number | undefined,
];

const GAUGES: readonly Row[] = [
  ['vcpus', 'Virtual CPUs that are online', ({ vcpus }) => vcpus],
  ['memory_bytes', 'Memory that it has', ({ memoryKib }) => memoryKib * 1024],
  [
    'memory_target_bytes',
    'Memory that it has been asked to have',
    ({ domid }, { targets }) => inBytes(targets.get(domid)),
  ],
  [
    'memory_max_bytes',
    'Memory that Xen lets it have; of dom0 there may be no limit',
    ({ maxMemoryKib }) => maxMemoryKib * 1024,
  ],
  ['networks', 'Network devices', ({ networks }) => networks],
  ['disks', 'Disks', ({ disks }) => disks],
  [
    'last_save_timestamp_seconds',
    'When it was last saved on this host, seconds since 1970',
    ({ uuid }, { saves }) => saves.get(uuid),
  ],
];

const COUNTERS: readonly Row[] = [
  ['cpu_seconds_total', 'Time of processors that it has used', ({ cpuSeconds }) => cpuSeconds],
  [
    'network_receive_bytes_total',
    'Bytes that it has received',
    ({ networkReceivedBytes }) => networkReceivedBytes,
  ],
  ['network_transmit_bytes_total', 'Bytes that it has sent', ({ networkSentBytes }) => networkSentBytes],
  ['disk_reads_total', 'Requests to read from its disks', ({ diskReads }) => diskReads],
  ['disk_writes_total', 'Requests to write to its disks', ({ diskWrites }) => diskWrites],
  [
    'disk_read_bytes_total',
    'Bytes read from its disks',
    ({ diskReadSectors }) => diskReadSectors * SECTOR_BYTES,
  ],
  [
    'disk_written_bytes_total',
    'Bytes written to its disks',
    ({ diskWrittenSectors }) => diskWrittenSectors * SECTOR_BYTES,
  ],
];

/** Adds the metrics of domains, each with a sample for each domain that has it. */
export function describeDomain(
  registry: Registry,
  domains: readonly DomainFigures[],
  besides: Besides,
): void {
  const info = new Gauge({
    name: 'xen_domain_info',
    help: 'Always 1; its labels say who the domain is, and what it does',
    labelNames: ['domain', 'uuid', 'domid', 'state'],
    registry,
  });
  for (const { name, uuid, domid, state } of domains)
    info.set({ domain: name, uuid, domid: String(domid), state }, 1);
  const common = { labelNames: ['domain'], registry } as const;
  for (const [name, help, value] of GAUGES) {
    const gauge = new Gauge({ name: `xen_domain_${name}`, help, ...common });
    for (const [labels, found] of samples(domains, (domain) => value(domain, besides)))
      gauge.set(labels, found);
  }
  for (const [name, help, value] of COUNTERS) {
    const counter = new Counter({ name: `xen_domain_${name}`, help, ...common });
    for (const [labels, found] of samples(domains, (domain) => value(domain, besides)))
      counter.inc(labels, found);
  }
}

function samples(
  domains: readonly DomainFigures[],
  value: (domain: DomainFigures) => number | undefined,
): [{ domain: string }, number][] {
  return domains.flatMap((domain) => {
    const found = value(domain);
    return found === undefined ? [] : [[{ domain: domain.name }, found]];
  });
}

const inBytes = (kib: number | undefined): number | undefined => (kib === undefined ? undefined : kib * 1024);
