import { ensureMonitor, type Invocation, type Outcome } from '@vm-tools/cli';
import { sleep, VmToolsError } from '@vm-tools/errors';
import { guestFinder } from '@vm-tools/libdomain';
import { isWanted, journalsOf, openTransfers, recallingPeer } from '@vm-tools/libhost';
import { cancelServed } from '@vm-tools/libxfr/control';
import type { KnownTransfer } from '@vm-tools/libxfr/journals';
import { resolveTransfer } from '@vm-tools/libxfr/recovery';
import type { SettleInput } from '../options.ts';
import type { Settled } from '../result.ts';
import { underWay } from '../transfers/find-under-way.ts';
import { wantedOf } from './where.ts';

const WITHIN_MS = 60_000;
const BUSY_PAUSE_MS = 200;

/** Ends what is not decided: gives it up where that can be, and else asks the other end. */
export async function settle(invocation: Invocation<SettleInput>): Promise<Outcome<readonly Settled[]>> {
  const { input, signal } = invocation;
  const { within = WITHIN_MS } = input;
  const journals = journalsOf(invocation);
  const wanted = wantedOf(input.domain);
  const open = async (): Promise<readonly KnownTransfer[]> =>
    (await openTransfers(invocation)).filter(({ guest }) => isWanted(wanted, guest));
  const late = AbortSignal.any([signal, AbortSignal.timeout(within)]);
  const settled: Settled[] = [];
  for (const transfer of await open()) {
    const { id, role, guest, peer } = transfer;
    const served = (await underWay(invocation)).filter((each) => each.id === id);
    for (const { socketPath } of served)
      await cancelServed(socketPath, id, { reason: 'vm-migrate settle was asked to', signal: late }).catch(
        unlessTooLate,
      );
    if (!(await open()).some((each) => each.id === id)) {
      const owner = role === 'source' ? 'here' : 'there';
      settled.push({ id, role, guest, peer, owner, by: 'cancel' });
      continue;
    }
    const finder = guestFinder(await invocation.openHost());
    const reconnect = recallingPeer(invocation);
    const { owner } = await onceFree(late, () =>
      resolveTransfer(id, { journals, finder, reconnect, timeouts: { confirmMs: within }, signal }),
    );
    if (role === 'target' && owner === 'here') await ensureMonitor(invocation);
    settled.push({ id, role, guest, peer, owner, by: 'resolve' });
  }
  const lines = settled.map(
    ({ guest, owner, peer }) => `${guest.name} is ${owner === 'here' ? 'here' : `at ${peer}`}`,
  );
  return { value: settled, text: lines.length === 0 ? 'no transfer of it is open' : lines.join('\n') };
}

/** Another process may be asking, too: vm-migrate itself, or xfrd. It leaves its journal when it knows, or gives up. */
async function onceFree<Value>(late: AbortSignal, run: () => Promise<Value>): Promise<Value> {
  for (;;) {
    try {
      return await run();
    } catch (thrown) {
      if (!(thrown instanceof VmToolsError && thrown.code === 'XFR_GUEST_BUSY') || late.aborted) throw thrown;
      await sleep(BUSY_PAUSE_MS, late).catch(() => undefined);
    }
  }
}

/** One that cannot be given up any more, or has just ended, is resolved. */
function unlessTooLate(thrown: unknown): void {
  if (!(thrown instanceof VmToolsError)) throw thrown;
}
