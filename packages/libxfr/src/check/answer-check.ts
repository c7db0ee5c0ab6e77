import { within, type VmToolsErrorInit } from '@vm-tools/errors';
import type { Check, Offer, Target } from '@vm-tools/ports';
import type { Channel } from '../protocol/channel.ts';
import type { Body } from '../protocol/messages.ts';
import { asVmToolsError, encodeRemoteError } from '../protocol/remote-error.ts';

/** Something that an offer has to pass before there is a target for it. */
export interface Gate {
  /** that of its check */
  readonly name: string;
  /** Rejects, or lets it in until what it returns is disposed of. */
  readonly enter: (offer: Offer) => Disposable | Promise<Disposable>;
  /** A peer that is not let in learns nothing of this host either. @default false */
  readonly isLast?: boolean;
}

/** A log is for the host that it is of; the last words of libxc say why. */
const LOG_LINES = 5;

/** All that would stand in the way of this guest, asked of the gates and of the target. Takes nothing. */
export async function lookAt(
  offer: Offer,
  gates: readonly Gate[],
  makeTarget: () => Target | Promise<Target>,
): Promise<readonly Check[]> {
  const found: Check[] = [];
  for (const { name, enter, isLast = false } of gates) {
    try {
      using _ = await enter(offer);
      found.push({ name });
    } catch (thrown) {
      found.push({ name, error: asVmToolsError(thrown) });
      if (isLast) return found;
    }
  }
  const target = await makeTarget();
  return [...found, ...(await target.check(offer))];
}

/** For a host that does not come to the end of looking at itself. */
export function notLookedAt(limitMs: number): VmToolsErrorInit {
  return {
    code: 'XFR_CHECK_LATE',
    kind: 'timeout',
    message: `this host was not looked at in ${limitMs} ms`,
    hint: 'see what keeps it busy, and try again',
  };
}

/** Says to the source what has been found. */
export async function answerCheck(
  channel: Channel,
  look: () => Promise<readonly Check[]>,
  { limitMs, signal }: { readonly limitMs: number; readonly signal: AbortSignal },
): Promise<void> {
  try {
    const checks = await within(look(), limitMs, notLookedAt(limitMs), signal);
    await channel.send('CHECKED', { checks: checks.map(encodeCheck) });
  } catch (thrown) {
    const failure = asVmToolsError(thrown);
    channel.abort(failure);
    throw failure;
  }
}

function encodeCheck({ name, note, error }: Check): Body<'CHECKED'>['checks'][number] {
  if (error === undefined) return { name, note };
  const { causes: _, log, ...told } = encodeRemoteError(error, 'target');
  return { name, error: { ...told, log: log?.slice(-LOG_LINES) } };
}
