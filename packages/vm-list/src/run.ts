import { forEachDomain, table, type Column, type Invocation, type Outcome } from '@vm-tools/cli';
import { listDomains, nameFault, readPending, resolveDomain, type Domain } from '@vm-tools/libdomain';
import type { ListInput } from './options.ts';

export async function list(invocation: Invocation<ListInput>): Promise<Outcome> {
  const { domain = [], names = false } = invocation.input;
  const host = await invocation.openHost();
  for (const { name, failure } of await readPending(host)) {
    if (failure === undefined) continue;
    const command = `vm-create --from-pending ${name}`;
    invocation.messages.warn(
      `${name} could not be restarted: ${failure.message}; when that is mended: ${command}`,
    );
  }
  const [only] = domain;
  if (only === undefined) return listOf(await listDomains(host), names);
  if (new Set(domain).size === 1) return listOf([await resolveDomain(host, only)], names);
  const found = new Map<string, Domain>();
  const look = async (word: string) => {
    const known = await resolveDomain(host, word);
    found.set(word, known);
    return { value: toPlain(known) };
  };
  const outcome = await forEachDomain(invocation, domain, look, { isReport: true });
  // One table of all, in the order in which they were named.
  const there = domain.flatMap((word) => found.get(word) ?? []);
  return { ...outcome, text: await textOf([...new Set(there)], names) };
}

async function listOf(domains: readonly Domain[], names: boolean): Promise<Outcome> {
  return { isReport: true, value: domains.map(toPlain), text: await textOf(domains, names) };
}

async function textOf(domains: readonly Domain[], names: boolean): Promise<string> {
  if (!names) return table(domains, COLUMNS);
  const others = domains.filter(({ domid, name }) => domid !== 0 && name !== '');
  return others.map(wordFor).join('\n');
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
