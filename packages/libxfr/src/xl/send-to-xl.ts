import { randomBytes } from 'node:crypto';
import { messageOf, VmToolsError } from '@vm-tools/errors';
import { createLimiter, type Limiter } from '@vm-tools/ratelimit';
import type { Offer, SaveReport, Source } from '@vm-tools/ports';
import { SOURCE } from '../commit/table.ts';
import type { TransferSummary } from '../events.ts';
import type { OpenJournals } from '../journal/journals.ts';
import { memoryJournals } from '../journal/open-journals.ts';
import type { Connect, PeerOptions } from '../options.ts';
import { DEFAULT_TIMEOUTS } from '../protocol/timeouts.ts';
import { Attempt } from '../session/attempt.ts';
import { inContext, type ErrorContext } from '../session/error-context.ts';
import { Participant, type SourceParticipant } from '../session/participant.ts';
import { ProgressReporter } from '../session/progress.ts';
import { abortTransfer, abortUncommitted } from '../source/abort.ts';
import { leave } from '../source/after-commit.ts';
import { notSaved } from '../source/failure.ts';
import { holdSource } from '../source/hold.ts';
import { intoSink } from '../image/into-sink.ts';
import { XlLink } from './link.ts';
import { XL } from './messages.ts';

/** Options of a migration to a host that has only xl. */
export interface SendToXlOptions extends PeerOptions {
  /** of the target, for the journal */
  readonly address: string;
}

/** What the phases of it share. */
interface Sending {
  readonly limiter: Limiter;
  readonly journals: OpenJournals;
  readonly source: Source;
  readonly link: XlLink;
  readonly attempt: Attempt;
  readonly progress: ProgressReporter;
  readonly options: SendToXlOptions;
}

/**
 * Moves the guest of `source` to a host where `xl migrate-receive` waits. Until the word to go, any failure and any
 * abort leaves it running here. Behind that word only xl's guarantees hold: xl keeps no journal and cannot be asked, so
 * when the connection breaks before its report, the guest stays suspended here until the operator says where it is.
 *
 * @throws VmToolsError
 *   XFR_XL_HUNG_UP, XFR_PROTOCOL, XFR_XL_START_FAILED (peer); XFR_PEER_SILENT (timeout); INTERRUPTED (aborted-safe);
 *   XFR_GUEST_BUSY (usage), XFR_UNRESOLVED (uncertain): another tool works on the guest;
 *   XFR_UNCERTAIN (uncertain: suspended here, and xl has not reported; `details.id`);
 *   XFR_RESUME_FAILED, XFR_TWO_RUNNING, XFR_JOURNAL_IO as from `sendToPeer`, and what the source and the connection reject with
 */
export async function sendToXl(
  source: Source,
  connect: Connect,
  options: SendToXlOptions,
): Promise<TransferSummary> {
  const { limiter = createLimiter({ rate: Infinity }), journals = memoryJournals() } = options;
  using progress = new ProgressReporter(options.onEvent, options.clock);
  const context: ErrorContext = { side: 'source', progress };
  using attempt = new Attempt(options.signal, 'sending the guest', context);
  progress.phase('connecting');
  const connection = await connect(attempt.signal).catch((thrown: unknown) => {
    throw notSaved(source, undefined, { failure: attempt.cause(thrown), thrown });
  });
  const link = new XlLink(connection, { ...DEFAULT_TIMEOUTS, ...options.timeouts });
  try {
    await using _held = await holdSource(source, attempt);
    const sending = { source, link, limiter, journals, attempt, progress, options };
    const { participant, saved } = await untilCommitted(sending);
    await using held = participant;
    return await handOver(sending, held, saved);
  } catch (thrown) {
    throw inContext(thrown, context);
  } finally {
    link.close();
  }
}

/** As far as it can be taken back: when it fails, the guest runs here. */
async function untilCommitted(
  sending: Sending,
): Promise<{ readonly participant: SourceParticipant; readonly saved: SaveReport }> {
  const { source, link, journals, attempt, progress, options } = sending;
  const { signal } = attempt;
  let offer: Offer | undefined;
  let participant: SourceParticipant | undefined;
  try {
    offer = await source.describe();
    progress.setTotal(offer.memoryBytes);
    await link.inTime(link.hear(XL.banner, 'the greeting of xl'), 'the greeting of xl', signal);
    progress.phase('reserving');
    const { name, uuid } = offer;
    const id = randomBytes(16).toString('hex');
    const start = { id, guest: { name, uuid, domid: source.domid }, peer: options.address };
    participant = await Participant.begin(SOURCE, journals, start, {
      guest: 'running',
      onStep: options.onStep,
    });
    progress.began({ id, role: 'source', guest: { name, uuid }, peer: options.address });
    const saved = await send(sending, participant);
    await source.confirm(); // what was sent must be all that there is of the guest
    signal.throwIfAborted(); // the last moment at which the operator may change their mind
    const { released } = saved;
    await participant.write('committed', 'READY', { disks: released && { are: 'released', ...released } });
    return { participant, saved };
  } catch (thrown) {
    return abortUncommitted({ source, channel: link, attempt }, thrown, { offer, participant });
  }
}

/** The image, up to the word that the guest is there, paused. It is suspended here afterwards. */
async function send(
  { source, link, limiter, attempt, progress }: Sending,
  participant: SourceParticipant,
): Promise<SaveReport> {
  const { signal } = attempt;
  const what = 'the word that the guest is there';
  // It may hang up at any moment, and is heard at once, not when the next write to it fails.
  const ready = link.hear(XL.ready, what);
  ready.catch((thrown: unknown) => attempt.fail(thrown));
  const image = intoSink((bytes) =>
    link.send(bytes, { limiter, signal, onBytes: (sent) => progress.add(sent) }),
  );
  image.taken.catch((thrown: unknown) => attempt.fail(thrown));
  const save = (): Promise<SaveReport> =>
    source.save(image.sink, {
      signal,
      onProgress: (report) => progress.saved(report),
      sent: () => ({ bytes: progress.transferred, zeroBytes: 0 }),
    });
  const saved = await participant.act('save', save, 'ACCEPT');
  await image.taken;
  await link.inTime(ready, what, signal);
  return saved;
}

/** The word to go, and xl's report. */
async function handOver(
  { source, link, progress }: Sending,
  participant: SourceParticipant,
  saved: SaveReport,
): Promise<TransferSummary> {
  progress.phase('starting');
  let status: number;
  try {
    await link.say(XL.go);
    await link.inTime(link.hear(XL.report, 'its report'), 'its report');
    status = await link.inTime(link.hearStatus(), 'its report');
    // It says that its copy is gone before this end may let its own run.
    if (status !== 0) await link.inTime(link.hear(XL.go, 'the word that its copy is gone'), 'that word');
  } catch (thrown) {
    throw unknownEnd(participant, link.peer, thrown);
  }
  if (status !== 0)
    throw await abortTransfer(participant, source, link, {
      failure: notStarted(link, status),
      on: 'FENCED',
    });
  progress.running(saved.suspendedAt);
  await leave(participant, source, undefined, progress);
  return progress.complete({ iterations: saved.iterations });
}

function notStarted({ peer, lastWords: log }: XlLink, status: number): VmToolsError {
  return new VmToolsError({
    code: 'XFR_XL_START_FAILED',
    kind: 'peer',
    message: `xl on ${peer} could not start the guest: ${log.at(-1) ?? `it reported ${status}`}`,
    log,
    hint: `see /var/log/xen on ${peer}`,
    details: { peer, status },
  });
}

function unknownEnd(participant: SourceParticipant, peer: string, cause: unknown): VmToolsError {
  const { id, record } = participant;
  const { name, uuid } = record.guest;
  return new VmToolsError({
    code: 'XFR_UNCERTAIN',
    kind: 'uncertain',
    side: 'source',
    message: `${peer} was told to start ${name} and did not report whether it did: ${messageOf(cause)}`,
    hint: `find out whether ${name} runs on ${peer}: xl list; then say so here: vm-migrate resolve ${id} --owner there (or here); never let both run`,
    cause,
    guest: { name, uuid, state: 'suspended on the source, perhaps running on the target' },
    details: { id, peer },
  });
}
