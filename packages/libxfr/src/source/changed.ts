import { VmToolsError } from '@vm-tools/errors';
import type { Source } from '@vm-tools/ports';
import { whereabouts, type Guest } from '../session/whereabouts.ts';

/** A change by another toolstack of a guest that `save` had left suspended. */
export type Change = NonNullable<ReturnType<typeof changeIn>>;

const STATES = {
  running: 'running on the source again',
  absent: 'not on the source any more',
  other: 'suspended on the source by another toolstack',
} as const;

/** undefined for a failure that does not say so */
export function changeIn(
  thrown: unknown,
): { readonly now: keyof typeof STATES; readonly error: VmToolsError } | undefined {
  if (!(thrown instanceof VmToolsError) || thrown.code !== 'GUEST_CHANGED') return undefined;
  const { now } = thrown.details;
  return { now: now === 'running' || now === 'absent' ? now : 'other', error: thrown };
}

/**
 * Does something to a guest that `save` has left suspended, unless that is not what it is any more.
 *
 * @returns the change, if there was one, and then nothing was done
 */
export async function unlessChanged(
  source: Pick<Source, 'confirm'>,
  run: () => Promise<void>,
): Promise<Change | undefined> {
  try {
    await source.confirm();
  } catch (thrown) {
    const change = changeIn(thrown);
    if (change === undefined) throw thrown;
    return change;
  }
  await run();
  return undefined;
}

/** A failure after which the guest could not be given back, because another toolstack has it. */
export function takenAway(guest: Guest, failure: VmToolsError, { now, error }: Change): VmToolsError {
  const isSafe = now === 'running' && failure.kind === 'interrupted';
  const kind = failure.kind !== 'interrupted' ? failure.kind : isSafe ? 'aborted-safe' : 'failure';
  const message = failure.code === error.code ? failure.message : `${failure.message}; and ${error.message}`;
  return failure.with({ kind, message, guest: { ...whereabouts(guest, STATES[now]), ...error.guest } });
}
