import { table, type Column } from '@vm-tools/cli';
import type { DomainFigures, HostFigures } from '@vm-tools/libdomain';
import type { TopInput } from './options.ts';

/** A look, for people: a line about the host, and the domains with a heading. */
export interface Rows {
  readonly summary: string;
  readonly heading: string;
  readonly domains: readonly string[];
}

const number = (heading: string, of: (domain: DomainFigures) => string): Column<DomainFigures> => ({
  heading,
  text: of,
  align: 'right',
});
const kib = (bytes: number): string => String(Math.round(bytes / 1024));

const COLUMNS: readonly Column<DomainFigures>[] = [
  { heading: 'Name', text: ({ name }) => name || '-' },
  number('ID', ({ domid }) => String(domid)),
  { heading: 'State', text: ({ state }) => state },
  number('CPU(s)', ({ cpuSeconds }) => cpuSeconds.toFixed(1)),
  number('CPU(%)', ({ rates }) => rates?.cpuPercent.toFixed(1) ?? '-'),
  number('VCPUs', ({ vcpus }) => String(vcpus)),
  number('Mem(MiB)', ({ memoryKib }) => String(Math.round(memoryKib / 1024))),
  number('Mem(%)', ({ memoryPercent }) => memoryPercent.toFixed(1)),
  number('Rx(KiB)', ({ networkReceivedBytes }) => kib(networkReceivedBytes)),
  number('Tx(KiB)', ({ networkSentBytes }) => kib(networkSentBytes)),
  number('Reads', ({ diskReads }) => String(diskReads)),
  number('Writes', ({ diskWrites }) => String(diskWrites)),
  number('RdSect', ({ diskReadSectors }) => String(diskReadSectors)),
  number('WrSect', ({ diskWrittenSectors }) => String(diskWrittenSectors)),
];

export async function rowsOf(figures: HostFigures, sort: TopInput['sort']): Promise<Rows> {
  const sorted = [...figures.domains].sort(BY[sort]);
  const [heading = '', ...domains] = (await table(sorted, COLUMNS)).split('\n');
  return { summary: summaryOf(figures), heading, domains };
}

type Order = (one: DomainFigures, other: DomainFigures) => number;

/** The one with the most first; what is equal stays in the order of domids. */
const most =
  (...of: readonly ((domain: DomainFigures) => number)[]): Order =>
  (one, other) =>
    of.map((figure) => figure(other) - figure(one)).find((difference) => difference !== 0) ?? 0;

const BY: Readonly<Record<TopInput['sort'], Order>> = {
  cpu: most(
    ({ rates }) => rates?.cpuPercent ?? 0,
    ({ cpuSeconds }) => cpuSeconds,
  ),
  memory: most(({ memoryKib }) => memoryKib),
  network: most(
    ({ rates }) =>
      rates === undefined ? 0 : rates.networkReceivedBytesPerSecond + rates.networkSentBytesPerSecond,
    ({ networkReceivedBytes, networkSentBytes }) => networkReceivedBytes + networkSentBytes,
  ),
  disk: most(
    ({ rates }) => (rates === undefined ? 0 : rates.diskReadsPerSecond + rates.diskWritesPerSecond),
    ({ diskReads, diskWrites }) => diskReads + diskWrites,
  ),
  name: (one, other) => (one.name === other.name ? 0 : one.name < other.name ? -1 : 1),
  domid: (one, other) => one.domid - other.domid,
};

/** e.g. "3 domains: 1 running, 2 blocked; 4 CPUs at 2400 MHz; 16384 MiB of memory, 12001 MiB free" */
function summaryOf({ domains, cpus, cpuKhz, memoryKib, freeKib }: HostFigures): string {
  const states = Map.groupBy(domains, ({ state }) => state);
  const counts = [...states].map(([state, { length }]) => `${length} ${state}`).join(', ');
  const mib = (amount: number): number => Math.round(amount / 1024);
  return [
    `${domains.length} domains: ${counts}`,
    `${cpus} CPUs at ${Math.round(cpuKhz / 1000)} MHz`,
    `${mib(memoryKib)} MiB of memory, ${mib(freeKib)} MiB free`,
  ].join('; ');
}
