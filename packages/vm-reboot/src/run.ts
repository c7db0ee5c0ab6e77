import {
  ensureMonitor,
  forEachDomain,
  namedOrAll,
  type Invocation,
  type OneOrList,
  type Outcome,
} from '@vm-tools/cli';
import {
  holdDomain,
  listGuests,
  requireRestartable,
  resolveDomain,
  shutdownDomain,
} from '@vm-tools/libdomain';
import { readPeer, trustFolder } from '@vm-tools/trust';
import type { RebootInput } from './options.ts';
import type { Rebooted } from './result.ts';

/** Guests take their time by themselves, and cost the host nothing meanwhile. */
const AT_ONCE = 256;

export async function reboot(invocation: Invocation<RebootInput>): Promise<Outcome<OneOrList<Rebooted>>> {
  const { input, signal, program } = invocation;
  const host = await invocation.openHost();
  const words = await namedOrAll(input, program, () => listGuests(host));
  let monitor: Promise<void> | undefined;
  const ask = async (word: string) => {
    const domain = await resolveDomain(host, word);
    {
      // Another tool at work is reported before a fault of the stored configuration.
      await using _held = await holdDomain(host, domain, { waitMs: input.wait, signal });
      await requireRestartable(host, domain, {
        rulesOfPeer: (peer) => readPeer(trustFolder(host.root), peer),
      });
    }
    await (monitor ??= ensureMonitor(invocation));
    const state = await shutdownDomain(host, domain, {
      mode: 'reboot',
      ...(input.timeout === undefined ? {} : { timeoutMs: input.timeout }),
      waitMs: input.wait,
      signal,
    });
    const { domid, uuid, name } = domain;
    return { value: { domid, uuid, name, state }, line: `${name}: ${state}` };
  };
  return forEachDomain(invocation, words, ask, { atOnce: AT_ONCE, isList: input.all === true });
}
