import { stat } from 'node:fs/promises';
import type { Messages } from '@vm-tools/cli';
import type { EventPlace } from '../event-place.ts';
import { journalEntry } from './journal-entry.ts';
import { runLogger } from './run-logger.ts';

const SOCKET = '/run/systemd/journal/socket';

/**
 * Each event as an entry of this machine's journal. Warns when there is none: logger takes entries all the same, and
 * says nothing.
 */
export async function inJournal(
  { warn }: Pick<Messages, 'warn'>,
  socket: string = SOCKET,
): Promise<EventPlace> {
  const isThere = await stat(socket).then(
    (found) => found.isSocket(),
    () => false,
  );
  if (!isThere) warn(`this machine has no journal, and events are lost: there is no socket ${socket}`);
  return {
    lost: new AbortController().signal,
    write: (event) => runLogger(journalEntry(event)),
    [Symbol.dispose]: () => undefined,
  };
}
