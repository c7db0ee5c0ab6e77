import { forEachDomain, listText, type Invocation, type ListOf, type Outcome } from '@vm-tools/cli';
import { listDomains, readPending, resolveDomain, type Domain } from '@vm-tools/libdomain';
import { cpuSeconds, SHAPE } from './columns.ts';
import type { ListInput } from './options.ts';
import type { ListedDomain } from './result.ts';

export async function list(invocation: Invocation<ListInput>): Promise<Outcome<ListOf<ListedDomain>>> {
  const { domain = [] } = invocation.input;
  const host = await invocation.openHost();
  for (const { name, failure } of await readPending(host)) {
    if (failure === undefined) continue;
    const command = `vm-create --from-pending ${name}`;
    invocation.messages.warn(
      `${name} could not be restarted: ${failure.message}; when that is mended: ${command}`,
    );
  }
  const [only] = domain;
  if (only === undefined) return listOf(await listDomains(host), invocation);
  if (new Set(domain).size === 1) return listOf([await resolveDomain(host, only)], invocation);
  const found = new Map<string, Domain>();
  const look = async (word: string) => {
    const known = await resolveDomain(host, word);
    found.set(word, known);
    return { value: toPlain(known) };
  };
  const outcome = await forEachDomain(invocation, domain, look, { isReport: true, isList: true });
  // One table of all, in the order in which they were named.
  const there = domain.flatMap((word) => found.get(word) ?? []);
  return { ...outcome, text: await textOf([...new Set(there)], invocation) };
}

async function listOf(
  domains: readonly Domain[],
  invocation: Invocation<ListInput>,
): Promise<Outcome<readonly ListedDomain[]>> {
  return { isReport: true, value: domains.map(toPlain), text: await textOf(domains, invocation) };
}

async function textOf(domains: readonly Domain[], invocation: Invocation<ListInput>): Promise<string> {
  const { names = false, output } = invocation.input;
  if (output === 'wide') return (await import('./wide.ts')).wideText(domains, invocation);
  return listText(domains, SHAPE, names ? 'name' : output);
}

function toPlain({ cpuTimeNs, ...domain }: Domain): ListedDomain {
  return { ...domain, cpuTimeSeconds: cpuSeconds({ cpuTimeNs }) };
}
