import { ensureMonitor, type Invocation, type Outcome } from '@vm-tools/cli';
import { takeDown, type Ending, type GuestOutcome } from '@vm-tools/libhost';
import type { ShutdownInput } from '../options.ts';
import { outcomeOf, tellOutcome } from '../tell-outcome.ts';

/** Each guest as it says itself. */
export function shutdown(invocation: Invocation<ShutdownInput>): Promise<Outcome<readonly GuestOutcome[]>> {
  return goDown(invocation);
}

/** All guests are saved. */
export function save(invocation: Invocation<ShutdownInput>): Promise<Outcome<readonly GuestOutcome[]>> {
  return goDown(invocation, 'save');
}

async function goDown(
  invocation: Invocation<ShutdownInput>,
  ending?: Ending,
): Promise<Outcome<readonly GuestOutcome[]>> {
  const { input, messages, signal } = invocation;
  const host = await invocation.openHost();
  await ensureMonitor(invocation);
  const outcomes = await takeDown(host, {
    ending,
    otherwise: input.otherwise,
    withForeign: input.withXl,
    timeoutMs: input.timeout,
    force: input.force,
    atOnce: input.atOnce,
    signal,
    onLog: messages.trace,
    onWarning: (message) => messages.warn(message),
    onOutcome: (outcome) => tellOutcome(messages, outcome),
  });
  return outcomeOf(outcomes, 'no guest is here');
}
