import {
  forEachDomain,
  GUESTS_AT_ONCE,
  type Invocation,
  type OneOrList,
  type Outcome,
  memoryKib,
  wrongUse,
} from '@vm-tools/cli';
import { resolveDomain, setDomain, type DomainSettings } from '@vm-tools/libdomain';
import type { SetInput } from './options.ts';
import type { Changed } from './result.ts';

export async function set(invocation: Invocation<SetInput>): Promise<Outcome<OneOrList<Changed>>> {
  const { input, signal } = invocation;
  const settings = settingsOf(input);
  const host = await invocation.openHost();
  const change = async (word: string) => {
    const domain = await resolveDomain(host, word);
    const changed = await setDomain(host, domain, settings, {
      ...(input.timeout === undefined ? {} : { timeoutMs: input.timeout }),
      waitMs: input.wait,
      signal,
    });
    const { domid, uuid, name, memoryKib, maxMemoryKib, vcpus } = changed;
    return { value: { domid, uuid, name, memoryKib, maxMemoryKib, vcpus }, line: `${name}: changed` };
  };
  return forEachDomain(invocation, input.domain, change, { atOnce: GUESTS_AT_ONCE });
}

/** @throws USAGE when there is nothing to change, or the same name for several */
function settingsOf(input: SetInput): DomainSettings {
  const { vcpus, pin, prefer, weight, cap, name } = input;
  const memoryKib = kibOf('--memory', input.memory);
  const maxMemoryKib = kibOf('--max-memory', input.maxMemory);
  const settings = { memoryKib, maxMemoryKib, vcpus, pin, prefer, weight, cap, name };
  if (Object.values(settings).every((value) => value === undefined))
    throw wrongUse(
      'there is nothing to change',
      'say what: --memory, --vcpus, --pin, --prefer, --weight, --cap, --name',
    );
  if (name !== undefined && input.domain.length > 1)
    throw wrongUse(`only one domain can be called ${name}`, 'give --name with one domain');
  return settings;
}

function kibOf(flag: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  return memoryKib(flag, text, { alone: 'MiB' });
}
