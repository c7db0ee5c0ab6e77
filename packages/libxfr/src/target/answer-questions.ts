import { VmToolsError } from '@vm-tools/errors';
import type { OnStep, TransferStep } from '../commit/step.ts';
import { TARGET } from '../commit/table.ts';
import type { OpenJournals } from '../journal/journals.ts';
import type { TransferId } from '../journal/record.ts';
import type { Channel } from '../protocol/channel.ts';
import type { Control } from '../protocol/messages.ts';
import { encodeRemoteError } from '../protocol/remote-error.ts';
import { answerOf, type Answer } from '../session/answers.ts';
import { Participant } from '../session/participant.ts';
import { mayAsk } from '../session/same-peer.ts';
import type { WaitingForGo } from './waiting-for-go.ts';

interface Parts {
  readonly journals: OpenJournals;
  readonly waitingForGo: WaitingForGo | undefined;
  readonly onStep: OnStep | undefined;
  readonly limitMs: number;
  readonly signal: AbortSignal | undefined;
}

/** Our own sources ask once and go. A peer that asked for ever would keep a connection for ever. */
const MOST_QUESTIONS = 16;

/**
 * A connection over which no guest comes, but questions about one. They are answered from the journal, so every process
 * that can read it can answer, and the same question always gets the same answer. Only the peer of the transfer gets
 * it; any other is told that no such transfer is known. Only GO for a guest that waits in this process does something:
 * the session in which it waits takes the connection over.
 */
export async function answerQuestions(
  channel: Channel,
  first: Control<'GO' | 'STATUS'>,
  { journals, waitingForGo, onStep, limitMs, signal }: Parts,
): Promise<void> {
  let question = first;
  for (let count = 0; count < MOST_QUESTIONS; count += 1) {
    const { id, epoch } = question.body;
    const tell = (when: TransferStep['when'], kind: TransferStep['kind'], name: string) =>
      onStep?.({ side: 'target', when, kind, name, id });
    await tell('after', 'receive', question.name);
    const taken = question.name === 'GO' ? waitingForGo?.bring(id, epoch, channel) : undefined;
    if (taken !== undefined) return taken;

    const answer = await lookUp(journals, { id, epoch }, channel);
    await tell('before', 'send', answer.name);
    await channel.send(answer.name, answer.body);
    await tell('after', 'send', answer.name);
    const next = await channel.expect(['GO', 'STATUS', 'BYE'], { limitMs, signal }).catch(() => undefined);
    if (next === undefined) return; // it has heard what it wanted to know
    if (next.name === 'BYE') return settle(journals, id, { channel, onStep });
    question = next;
  }
}

async function lookUp(
  journals: OpenJournals,
  { id, epoch }: { readonly id: TransferId; readonly epoch: number },
  asker: Channel,
): Promise<Answer> {
  try {
    const record = await journals.read(id);
    const isTheirs = record !== undefined && record.epoch === epoch && mayAsk(record, asker);
    return answerOf(isTheirs ? record : undefined);
  } catch (thrown) {
    // It is there, and says nothing that can be relied on, not even which peer may have it.
    if (!(thrown instanceof VmToolsError)) throw thrown;
    const { code, kind } = thrown;
    const told = new VmToolsError({
      code,
      kind,
      message: 'the journal of this transfer cannot be read there',
      hint: 'see why on that host with vm-migrate list',
    });
    return { name: 'PENDING', body: { error: encodeRemoteError(told, 'target') } };
  }
}

/** The source knows that the guest runs here, and will not ask again. */
async function settle(
  journals: OpenJournals,
  id: TransferId,
  { channel, onStep }: { readonly channel: Channel; readonly onStep: OnStep | undefined },
): Promise<void> {
  const record = await journals.read(id);
  if (record?.role !== 'target' || record.state !== 'running' || !mayAsk(record, channel)) return;
  await using participant = Participant.resume(TARGET, await journals.open(id), { guest: 'running', onStep });
  if (participant.allows({ write: 'settled' }, 'BYE')) await participant.write('settled', 'BYE');
}
