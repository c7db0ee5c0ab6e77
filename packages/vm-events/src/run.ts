import { isReaderGone, outputLost, writeText, type Invocation, type Outcome } from '@vm-tools/cli';
import { VmToolsError } from '@vm-tools/errors';
import { watchDomains, type DomainEvent } from '@vm-tools/libdomain';
import { shownJson } from '@vm-tools/words';
import { describeEvent } from './describe-event.ts';
import { eventTypes } from './event-types.ts';
import type { EventsInput } from './options.ts';
import type { EventsSummary } from './result.ts';
import { noteAbsent } from './note-absent.ts';

export async function events(invocation: Invocation<EventsInput>): Promise<Outcome<EventsSummary>> {
  const { input, messages, signal } = invocation;
  const { domain: domains = [], initial, count = Infinity, poll: pollMs } = input;
  const isPrinted = among('--type', input.type);
  const isLast = input.until === undefined ? () => false : among('--until', input.until);
  const isDue = input.until !== undefined || input.count !== undefined;
  const host = await invocation.openHost();
  await noteAbsent(host, domains, input.until ?? [], messages);
  const output = invocation.claimStdout('text');
  const lost = new AbortController();
  const onLost = (error: unknown): void => lost.abort(outputLost(error, 'the events'));
  output.once('error', onLost);
  const textOf = messages.json ? shownJson : describeEvent;
  let printed = 0;
  try {
    const ends = AbortSignal.any([signal, lost.signal]);
    for await (const event of watchDomains(host, { domains, initial, pollMs, signal: ends })) {
      if (isPrinted(event)) {
        await writeText(output, `${textOf(event)}\n`, 'the events');
        printed += 1;
      }
      if (isLast(event) || printed >= count) break;
    }
  } catch (thrown) {
    if (!isEnd(thrown, isDue)) throw thrown;
  } finally {
    output.off('error', onLost);
  }
  return { value: { events: printed }, isReport: true };
}

function among(option: string, words: readonly string[] | undefined): (event: DomainEvent) => boolean {
  if (words === undefined) return () => true;
  const types = eventTypes(option, words);
  return ({ type }) => types.has(type);
}

/** The reader has had enough; or a signal has come, and there was no other end that was waited for. */
function isEnd(thrown: unknown, isDue: boolean): boolean {
  if (!(thrown instanceof VmToolsError)) return false;
  return isReaderGone(thrown) || (thrown.kind === 'interrupted' && !isDue);
}
