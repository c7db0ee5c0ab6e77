import { isReaderGone, type Invocation, type Outcome } from '@vm-tools/cli';
import { VmToolsError } from '@vm-tools/errors';
import { watchDomains, type DomainEvent } from '@vm-tools/libdomain';
import { eventTypes } from './event-types.ts';
import { inJournal } from './journal/in-journal.ts';
import { onStdout } from './on-stdout.ts';
import type { EventsInput } from './options.ts';
import type { EventsSummary } from './result.ts';
import { noteAbsent } from './note-absent.ts';

export async function events(invocation: Invocation<EventsInput>): Promise<Outcome<EventsSummary>> {
  const { input, messages, signal } = invocation;
  const { domain: domains = [], initial, count = Infinity, poll: pollMs } = input;
  const isTold = among('--type', input.type);
  const isLast = input.until === undefined ? () => false : among('--until', input.until);
  const isDue = input.until !== undefined || input.count !== undefined;
  const host = await invocation.openHost();
  await noteAbsent(host, domains, input.until ?? [], messages);
  using place = input.journald === true ? await inJournal(messages) : onStdout(invocation);
  let told = 0;
  try {
    const ends = AbortSignal.any([signal, place.lost]);
    for await (const event of watchDomains(host, { domains, initial, pollMs, signal: ends })) {
      if (isTold(event)) {
        await place.write(event);
        told += 1;
      }
      if (isLast(event) || told >= count) break;
    }
  } catch (thrown) {
    if (!isEnd(thrown, isDue)) throw thrown;
  }
  return { value: { events: told }, isReport: true };
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
