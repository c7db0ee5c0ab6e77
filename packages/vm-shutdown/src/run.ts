import {
  ensureMonitor,
  forEachDomain,
  namedOrAll,
  type Invocation,
  type OneOrList,
  type Outcome,
} from '@vm-tools/cli';
import { listGuests, resolveDomain, shutdownDomain } from '@vm-tools/libdomain';
import type { ShutdownInput } from './options.ts';
import type { ShutDown } from './result.ts';

const DEFAULT_TIMEOUT_MS = 60_000;
/** Guests take their time by themselves, and cost the host nothing meanwhile. */
const AT_ONCE = 256;

export async function shutdown(invocation: Invocation<ShutdownInput>): Promise<Outcome<OneOrList<ShutDown>>> {
  const { input, signal, program } = invocation;
  const host = await invocation.openHost();
  const words = await namedOrAll(input, program, () => listGuests(host));
  let monitor: Promise<void> | undefined;
  const ask = async (word: string) => {
    const domain = await resolveDomain(host, word);
    await (monitor ??= ensureMonitor(invocation));
    const state = await shutdownDomain(host, domain, {
      mode: 'poweroff',
      wait: input.wait === true,
      force: input.force === true,
      ...(input.timeout === undefined ? {} : { timeoutMs: input.timeout }),
      // Waiting for it includes waiting for another tool that holds it.
      waitMs: input.wait ? (input.timeout ?? DEFAULT_TIMEOUT_MS) : undefined,
      signal,
    });
    const { domid, uuid, name } = domain;
    return { value: { domid, uuid, name, state }, line: `${name}: ${state}` };
  };
  return forEachDomain(invocation, words, ask, { atOnce: AT_ONCE, isList: input.all === true });
}
