import { VmToolsError } from '@vm-tools/errors';
import type { Clock } from '@vm-tools/ratelimit';
import type { TargetParty } from './commit/party.ts';
import type { Channel } from './protocol/channel.ts';
import type { Arrival, Standby } from './standby.ts';
import type { TransferTimeouts } from './timeouts.ts';

const LOST = new Set(['XFR_CONNECTION_LOST', 'XFR_PEER_SILENT']);

/**
 * Says READY and waits for GO. As long as the source is heard, if only by its PING, the lease is renewed; when it is
 * lost, the guest waits for `leaseMs` whether GO comes over another connection. A lease that expires does no harm:
 * until GO was heard the guest is whole in the memory of its source.
 */
export async function untilGo(
  party: TargetParty,
  channel: Channel,
  {
    standby,
    clock,
    signal,
    timeouts: { answerMs, leaseMs },
  }: {
    readonly standby: Standby | undefined;
    readonly clock: Clock;
    readonly signal: AbortSignal | undefined;
    readonly timeouts: TransferTimeouts;
  },
): Promise<Arrival> {
  using place = standby?.enter(party.id, party.epoch, channel.who);
  const here = overThis(party, channel, { limitMs: answerMs, signal });
  if (place === undefined) return await here;
  here.catch(() => undefined); // GO may have come another way before this one is known to be lost
  try {
    return await Promise.race([here, place.arrival]);
  } catch (thrown) {
    if (signal?.aborted || !(thrown instanceof VmToolsError) || !LOST.has(thrown.code)) throw thrown;
    const over = new AbortController();
    const any = AbortSignal.any([over.signal, ...(signal ? [signal] : [])]);
    const expiry = clock.sleep(leaseMs, any).then(() => Promise.reject(expired(leaseMs, thrown)));
    try {
      return await Promise.race([place.arrival, expiry]);
    } catch (late) {
      // GO may have come in the same moment: whoever has brought it asks again, and is told.
      void place.arrival.then(({ done }) => done());
      throw late;
    } finally {
      over.abort();
    }
  }
}

async function overThis(
  party: TargetParty,
  channel: Channel,
  options: { readonly limitMs: number; readonly signal: AbortSignal | undefined },
): Promise<Arrival> {
  await party.say(channel, 'READY', { epoch: party.epoch });
  const { id, epoch } = (await party.hear(channel, ['GO'], options)).body;
  if (id === party.id && epoch === party.epoch) return { channel, done: () => undefined };
  throw new VmToolsError({
    code: 'XFR_EPOCH',
    kind: 'peer',
    retry: 'safe',
    message: `GO came for attempt ${epoch} of transfer ${id}, and this is attempt ${party.epoch} of ${party.id}`,
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
