import { VmToolsError } from '@vm-tools/errors';
import type { Clock } from '@vm-tools/ratelimit';
import type { Channel } from '../protocol/channel.ts';
import type { TransferTimeouts } from '../protocol/timeouts.ts';
import type { TargetParticipant } from '../session/participant.ts';
import type { Arrival, WaitingForGo } from './waiting-for-go.ts';

const LOST = new Set(['XFR_CONNECTION_LOST', 'XFR_PEER_SILENT']);

/**
 * Says READY and waits for GO. As long as the source is heard, if only by its PING, the lease is renewed; when it is
 * lost, the guest waits for `leaseMs` whether GO comes over another connection. A lease that expires does no harm:
 * until GO was heard the guest is whole in the memory of its source.
 */
export async function waitForGo(
  participant: TargetParticipant,
  channel: Channel,
  {
    waitingForGo,
    clock,
    signal,
    timeouts: { answerMs, leaseMs },
  }: {
    readonly waitingForGo: WaitingForGo | undefined;
    readonly clock: Clock;
    readonly signal: AbortSignal | undefined;
    readonly timeouts: TransferTimeouts;
  },
): Promise<Arrival> {
  using waiting = waitingForGo?.enter(participant.id, participant.epoch, channel.who);
  const here = overThis(participant, channel, { limitMs: answerMs, signal });
  if (waiting === undefined) return await here;
  here.catch(() => undefined); // GO may have come another way before this one is known to be lost
  try {
    return await Promise.race([here, waiting.arrival]);
  } catch (thrown) {
    if (signal?.aborted || !(thrown instanceof VmToolsError) || !LOST.has(thrown.code)) throw thrown;
    const over = new AbortController();
    const any = AbortSignal.any([over.signal, ...(signal ? [signal] : [])]);
    const expiry = clock.sleep(leaseMs, any).then(() => Promise.reject(expired(leaseMs, thrown)));
    try {
      return await Promise.race([waiting.arrival, expiry]);
    } catch (late) {
      // GO may have come in the same moment: the source asks again, and gets the answer then.
      void waiting.arrival.then(({ done }) => done());
      throw late;
    } finally {
      over.abort();
    }
  }
}

async function overThis(
  participant: TargetParticipant,
  channel: Channel,
  options: { readonly limitMs: number; readonly signal: AbortSignal | undefined },
): Promise<Arrival> {
  await participant.say(channel, 'READY', { epoch: participant.epoch });
  const { id, epoch } = (await participant.hear(channel, ['GO'], options)).body;
  if (id === participant.id && epoch === participant.epoch) return { channel, done: () => undefined };
  throw new VmToolsError({
    code: 'XFR_EPOCH',
    kind: 'peer',
    retry: 'safe',
    message: `GO came for attempt ${epoch} of transfer ${id}, and this is attempt ${participant.epoch} of ${participant.id}`,
    hint: 'begin a new transfer',
  });
}

function expired(leaseMs: number, cause: VmToolsError): VmToolsError {
  return new VmToolsError({
    code: 'XFR_LEASE_EXPIRED',
    kind: 'timeout',
    message: `the source was lost and did not come back in ${leaseMs} ms: ${cause.message}`,
    hint: 'the guest is still with the source',
    cause,
  });
}
