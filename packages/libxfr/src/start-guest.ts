import { messageOf } from '@vm-tools/errors';
import { abandon } from './abandon.ts';
import type { TransferSummary } from './events.ts';
import type { Offer, Target } from './ports.ts';
import type { ProgressReporter } from './progress.ts';
import type { Channel } from './protocol/channel.ts';
import { asVmToolsError, encodeRemoteError } from './protocol/remote-error.ts';
import { whereabouts } from './whereabouts.ts';

/**
 * What follows GO: the guest is ours to start, and the source waits for our word. RUNNING is said after it runs, and
 * FAILED after nothing of it is left, so that either can be relied on. When neither can be said truthfully, the
 * source hears that too, and leaves its copy suspended.
 */
export async function startGuest(
  channel: Channel,
  target: Target,
  { offer, progress }: { readonly offer: Offer; readonly progress: ProgressReporter },
): Promise<TransferSummary> {
  progress.phase('starting');
  const { domid } = await target.start().catch(async (thrown: unknown) => {
    const { failure, isAbandoned } = await abandon(target, asVmToolsError(thrown));
    const body = { error: encodeRemoteError(failure), fenced: isAbandoned };
    await channel.send('FAILED', body).catch(() => undefined); // it then stays suspended at the source
    const state = isAbandoned ? 'given back to the source' : 'suspended on the source, perhaps running here';
    throw failure.with({
      guest: whereabouts(offer, state),
      ...(isAbandoned ? {} : { kind: 'uncertain' as const }),
    });
  });
  try {
    await channel.send('RUNNING', { domid, at: Date.now() });
  } catch (thrown) {
    progress.warn({
      code: 'XFR_W_UNCONFIRMED',
      message: `${offer.name} runs here, and ${channel.peer} could not be told: ${messageOf(thrown)}`,
      hint: `destroy the suspended copy of ${offer.name} on ${channel.peer}`,
    });
  }
  return progress.complete({ domid });
}
