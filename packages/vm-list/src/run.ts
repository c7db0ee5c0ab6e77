import { table, type Column, type Invocation, type Outcome } from '@vm-tools/cli';
import { listDomains, nameFault, readPending, resolveDomain, type Domain } from '@vm-tools/libdomain';
import type { ListInput } from './options.ts';

export async function list(invocation: Invocation<ListInput>): Promise<Outcome> {
  const { domain, names } = invocation.input;
  const host = await invocation.openHost();
  for (const { name, failure } of await readPending(host)) {
    if (failure === undefined) continue;
    const command = `vm-create --from-pending ${name}`;
    invocation.messages.warn(
      `${name} could not be restarted: ${failure.message}; when that is mended: ${command}`,
    );
  }
  const domains = domain === undefined ? await listDomains(host) : [await resolveDomain(host, domain)];
  return {
    isReport: true,
    value: domains.map(toPlain),
    text: names
      ? domains
          .filter(({ domid, name }) => domid !== 0 && name !== '')
          .map(wordFor)
          .join('\n')
      : table(domains, COLUMNS),
  };
}

const COLUMNS: readonly Column<Domain>[] = [
  { heading: 'Name', text: ({ name }) => name || '-' },
  { heading: 'ID', text: ({ domid }) => String(domid), align: 'right' },
  { heading: 'Type', text: ({ type }) => type },
  { heading: 'State', text: ({ state, from }) => (from === undefined ? state : `${state} from ${from}`) },
  { heading: 'Mem(MiB)', text: ({ memoryKib }) => String(Math.round(memoryKib / 1024)), align: 'right' },
  { heading: 'VCPUs', text: ({ vcpus }) => String(vcpus), align: 'right' },
  { heading: 'Time(s)', text: (domain) => cpuSeconds(domain).toFixed(1), align: 'right' },
  { heading: 'UUID', text: ({ uuid }) => uuid },
];

/** The word by which a script can name it: xl allows names that are none here, and those have a number. */
function wordFor({ name, domid }: Domain): string {
  return nameFault(name) === undefined ? name : String(domid);
}

/** JSON has no bigint, and no reader needs the nanoseconds of a year. */
function toPlain(domain: Domain): object {
  return { ...domain, cpuTimeNs: undefined, cpuTimeSeconds: cpuSeconds(domain) };
}

function cpuSeconds({ cpuTimeNs }: Domain): number {
  return Number(cpuTimeNs / 1_000_000n) / 1000;
}
