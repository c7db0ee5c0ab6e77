import type { ListShape } from '@vm-tools/cli';
import { nameFault, type Domain } from '@vm-tools/libdomain';

/** How domains are shown, and named. */
export const SHAPE: ListShape<Domain> = {
  columns: [
    { heading: 'Name', text: ({ name }) => name || '-' },
    { heading: 'ID', text: ({ domid }) => String(domid), align: 'right' },
    { heading: 'Type', text: ({ type }) => type },
    {
      heading: 'State',
      text: ({ state, from }) => (from === undefined ? state : `${state} from ${from}`),
    },
    { heading: 'Mem(MiB)', text: ({ memoryKib }) => mib(memoryKib), align: 'right' },
    { heading: 'VCPUs', text: ({ vcpus }) => String(vcpus), align: 'right' },
    { heading: 'Time(s)', text: (domain) => cpuSeconds(domain).toFixed(1), align: 'right' },
    { heading: 'UUID', text: ({ uuid }) => uuid },
  ],
  word: wordFor,
};

/** As tables show memory. */
export function mib(kib: number): string {
  return String(Math.round(kib / 1024));
}

/** Of processors, all together. */
export function cpuSeconds({ cpuTimeNs }: Pick<Domain, 'cpuTimeNs'>): number {
  return Number(cpuTimeNs / 1_000_000n) / 1000;
}

/** The word by which a script can name a guest: xl allows names that are none here, and those have a number. */
function wordFor({ name, domid }: Domain): string | undefined {
  if (domid === 0 || name === '') return undefined;
  return nameFault(name) === undefined ? name : String(domid);
}
