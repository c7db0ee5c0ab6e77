import { VmToolsError } from '@vm-tools/errors';
import type { TransferSummary } from './events.ts';
import { destroyLeftover, giveBack } from './give-back.ts';
import type { Offer, SaveReport, Source } from './ports.ts';
import type { ProgressReporter } from './progress.ts';
import type { Channel } from './protocol/channel.ts';
import type { Body } from './protocol/messages.ts';
import { asVmToolsError, peerError } from './protocol/remote-error.ts';

/**
 * The point of no return. A link that breaks after GO leaves the source unable to know whether the guest runs at the
 * target, and no protocol can spare it that. Resuming here on a suspicion would let two copies of one guest write to
 * one disk, so only the target's word counts: RUNNING, or that it will never run there. Without that word the guest
 * stays suspended, whole, in the source's memory, until somebody has looked at both sides.
 */
export async function handOver(
  source: Source,
  channel: Channel,
  {
    offer,
    saved,
    progress,
    answerMs,
  }: {
    readonly offer: Offer;
    readonly saved: SaveReport;
    readonly progress: ProgressReporter;
    readonly answerMs: number;
  },
): Promise<TransferSummary> {
  progress.phase('starting');
  const verdict = await askToStart(channel, answerMs).catch((thrown: unknown) => {
    throw uncertain(offer, channel.peer, asVmToolsError(thrown));
  });
  if (verdict instanceof VmToolsError) throw await giveBack(source, offer, verdict);
  progress.running(saved.suspendedAt);
  await destroyLeftover(source, offer, progress);
  return progress.complete({ iterations: saved.iterations, domid: verdict.domid });
}

/**
 * What the target says: that it runs the guest, or the error for which it will not. Rejects when it did not say
 * either, or could not vouch for it.
 */
async function askToStart(channel: Channel, limitMs: number): Promise<Body<'RUNNING'> | VmToolsError> {
  try {
    await channel.send('GO', {});
    const answer = await channel.expect(['RUNNING', 'FAILED'], { limitMs });
    if (answer.name === 'RUNNING') return answer.body;
    const failed = peerError(answer.body.error, {
      code: 'XFR_TARGET_START_FAILED',
      did: 'could not start the guest',
      side: 'target',
    });
    if (!answer.body.fenced) throw failed;
    return failed;
  } catch (thrown) {
    // A target that gave up did so before it saw GO, and one that has given up never starts the guest.
    if (thrown instanceof VmToolsError && thrown.code === 'XFR_PEER_ABORTED') return thrown;
    throw thrown;
  }
}

function uncertain({ name, uuid }: Offer, peer: string, cause: VmToolsError): VmToolsError {
  return new VmToolsError({
    code: 'XFR_UNCERTAIN',
    kind: 'uncertain',
    message: `${peer} was told to start ${name} and did not say whether it did: ${cause.message}`,
    hint: `look whether ${name} runs on ${peer}: if it does, destroy the suspended copy here; if it does not, remove what is left of it there, then resume it here; never let both run`,
    cause,
    guest: { name, uuid, state: 'suspended on the source, perhaps running on the target' },
    log: cause.log,
    details: { peer },
  });
}
