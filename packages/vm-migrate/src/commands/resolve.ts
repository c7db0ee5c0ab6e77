import { ensureMonitor, wrongUse, type Invocation, type Outcome } from '@vm-tools/cli';
import { guestFinder } from '@vm-tools/libdomain';
import type { KnownTransfer } from '@vm-tools/libxfr/journals';
import { resolveTransfer } from '@vm-tools/libxfr/recovery';
import type { ResolveInput } from '../options.ts';
import { journalsOf, recallingPeer } from '@vm-tools/libhost';
import { findTransfer } from '../transfers/find-transfer.ts';

/** How long the other end is asked: a user waits for the answer, and can ask again. */
const CONFIRM_MS = 15_000;

/** Brings a transfer to its end, by asking the other one. */
export async function resolve(invocation: Invocation<ResolveInput>): Promise<Outcome<KnownTransfer>> {
  const { input, signal } = invocation;
  const { owner, fenced } = input;
  if (fenced !== undefined && owner !== 'here')
    throw wrongUse('--fenced goes with --owner here', 'say both, or neither');
  const journals = journalsOf(invocation);
  const { id } = await findTransfer(journals, input.transfer);
  const resolved = await resolveTransfer(id, {
    journals,
    finder: guestFinder(await invocation.openHost()),
    reconnect: recallingPeer(invocation),
    timeouts: { confirmMs: input.wait ?? CONFIRM_MS },
    owner,
    fenced,
    signal,
  });
  if (resolved.role === 'target' && resolved.owner === 'here') await ensureMonitor(invocation);
  return { value: resolved, text: describe(resolved, fenced) };
}

function describe({ guest, owner, peer, role }: KnownTransfer, fenced: string | undefined): string {
  if (fenced !== undefined) return `${guest.name} may have run at ${fenced} until that was switched off`;
  if (owner === 'here') return `${guest.name} runs here`;
  return role === 'source' ? `${guest.name} runs at ${peer}` : `${guest.name} stayed at ${peer}`;
}
