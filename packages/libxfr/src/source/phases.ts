import { randomBytes } from 'node:crypto';
import type { Limiter } from '@vm-tools/ratelimit';
import type { OnStep } from '../commit/step.ts';
import { SOURCE } from '../commit/table.ts';
import { sendImage } from '../image/send.ts';
import type { OpenJournals } from '../journal/journals.ts';
import type { Offer, SaveReport, Source } from '@vm-tools/ports';
import type { Channel } from '../protocol/channel.ts';
import { protocolError } from '../protocol/frame.ts';
import { peerError, remoteError } from '../protocol/remote-error.ts';
import type { TransferTimeouts } from '../protocol/timeouts.ts';
import type { Attempt } from '../session/attempt.ts';
import { Participant, type SourceParticipant } from '../session/participant.ts';
import type { ProgressReporter } from '../session/progress.ts';

/** A guest on its way to a peer, and what its phases share. */
export interface Sending {
  readonly source: Source;
  readonly channel: Channel;
  readonly limiter: Limiter;
  readonly journals: OpenJournals;
  readonly timeouts: TransferTimeouts;
  readonly attempt: Attempt;
  readonly progress: ProgressReporter;
  /** of the target, for the journal */
  readonly address: string;
  readonly onStep: OnStep | undefined;
}

const REJECTED = { code: 'XFR_PEER_REJECTED', did: 'refused', side: 'target' } as const;

export async function describe({ source, progress }: Sending): Promise<Offer> {
  const offer = await source.describe();
  progress.setTotal(offer.memoryBytes);
  return offer;
}

/** Writes "offered". From here on the journal of the source knows of the transfer. */
export function begin(
  { source, channel, journals, progress, address, onStep }: Sending,
  { name, uuid }: Offer,
): Promise<SourceParticipant> {
  progress.phase('reserving');
  const start = {
    id: randomBytes(16).toString('hex'),
    guest: { name, uuid, domid: source.domid },
    peer: address,
    who: channel.who,
  };
  return Participant.begin(SOURCE, journals, start, { guest: 'running', onStep });
}

/** HELLO, and ACCEPT: the target has reserved what the guest needs. */
export async function offerGuest(
  { channel, journals, timeouts, attempt, progress, address }: Sending,
  participant: SourceParticipant,
  offer: Offer,
): Promise<void> {
  const { id, epoch } = participant;
  const { name, uuid } = offer;
  progress.began({ id, role: 'source', guest: { name, uuid }, peer: address });
  await participant.say(channel, 'HELLO', { id, epoch, offer, host: await journals.hostId?.() });
  const limits = { limitMs: timeouts.answerMs, signal: attempt.signal };
  const verdict = await participant.hear(channel, ['ACCEPT', 'REJECT'], limits);
  if (verdict.name === 'REJECT') {
    const { error } = verdict.body;
    throw error.code === 'XFR_SAME_HOST' ? remoteError(error) : peerError(error, REJECTED);
  }
  if (verdict.body.epoch < epoch) throw protocolError('the target goes back to an earlier epoch');
  participant.epoch = verdict.body.epoch;
}

/** The image, up to EOS: rounds of precopy while the guest runs, then the rest of it. It is suspended afterwards. */
export async function sendGuest(
  { source, channel, limiter, timeouts, attempt, progress }: Sending,
  participant: SourceParticipant,
): Promise<SaveReport> {
  const { signal } = attempt;
  const image = sendImage(channel, { limiter, progress, attempt, answerMs: timeouts.answerMs });
  const control = {
    signal,
    onProgress: (report: Parameters<ProgressReporter['saved']>[0]) => progress.saved(report),
    sent: () => ({ bytes: progress.transferred, zeroBytes: progress.zeroBytes }),
    taken: image.taken,
    keepsNothing: channel.keepsNothing,
  };
  const saved = await participant.act('save', () => source.save(image.sink, control), 'ACCEPT');
  const { iterations, suspendedAt } = saved;
  const downtimeMs = progress.since(suspendedAt);
  await participant.say(channel, 'EOS', { ...(await image.sent), iterations, downtimeMs });
  return saved;
}

/** READY: the target has all of it. Writes "committed": from here on the target alone says where the guest runs. */
export async function commit(
  { source, channel, timeouts, attempt }: Sending,
  participant: SourceParticipant,
  { released }: SaveReport,
): Promise<void> {
  await participant.hear(channel, ['READY'], { limitMs: timeouts.answerMs, signal: attempt.signal });
  await source.confirm(); // what was sent must be all that there is of the guest
  attempt.signal.throwIfAborted(); // the last moment at which the operator may change their mind
  await participant.write('committed', 'READY', {
    disks: released && { are: 'released', ...released },
  });
}
