import { ensureMonitor, type Invocation, type Outcome } from '@vm-tools/cli';
import { bringBack, type GuestOutcome } from '@vm-tools/libhost';
import { readPeer, trustFolder } from '@vm-tools/trust';
import type { RestoreInput } from '../options.ts';
import { outcomeOf, tellOutcome } from '../tell-outcome.ts';

export async function restore(
  invocation: Invocation<RestoreInput>,
): Promise<Outcome<readonly GuestOutcome[]>> {
  const { input, messages, root, signal } = invocation;
  const host = await invocation.openHost();
  const outcomes = await bringBack(host, {
    atOnce: input.atOnce,
    signal,
    rulesOfPeer: (peer) => readPeer(trustFolder(root), peer),
    onLog: messages.trace,
    onWarning: (message) => messages.warn(message),
    onOutcome: (outcome) => tellOutcome(messages, outcome),
  });
  if (outcomes.some(({ did }) => did !== 'away' && did !== 'failed')) await ensureMonitor(invocation);
  return outcomeOf(outcomes, 'nothing was saved with this host, and nothing starts with it');
}
