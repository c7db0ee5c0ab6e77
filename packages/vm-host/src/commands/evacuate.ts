import type { Invocation, Outcome } from '@vm-tools/cli';
import { evacuate as empty, peerAddress, type GuestOutcome } from '@vm-tools/libhost';
import { parseSchedule } from '@vm-tools/ratelimit';
import type { EvacuateInput } from '../options.ts';
import { outcomeOf, tellOutcome } from '../tell-outcome.ts';

export async function evacuate(
  invocation: Invocation<EvacuateInput>,
): Promise<Outcome<readonly GuestOutcome[]>> {
  const { input, messages, signal } = invocation;
  const { insecure, only, bwlimit } = input;
  const peers = input.peer.map((endpoint) => peerAddress({ endpoint, insecure }));
  const isMeant = only === undefined ? undefined : matcher(only);
  const rate = bwlimit === undefined ? undefined : parseSchedule(bwlimit);
  const host = await invocation.openHost();
  const outcomes = await empty(host, {
    peers,
    only: isMeant && (({ name }) => isMeant.test(name)),
    withForeign: input.withXl,
    atOnce: input.atOnce,
    staysOpen: input.staysOpen,
    rate,
    signal,
    onLog: messages.trace,
    onWarning: (message) => messages.warn(message),
    onOutcome: (outcome) => tellOutcome(messages, outcome),
  });
  return outcomeOf(outcomes, 'no guest is here');
}

/** "web-*,db1": names, in which * stands for any letters. */
function matcher(names: string): RegExp {
  const patterns = names.split(',').map((name) =>
    name
      .trim()
      .split('*')
      .map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&'))
      .join('.*'),
  );
  return new RegExp(`^(?:${patterns.join('|')})$`, 'u');
}
