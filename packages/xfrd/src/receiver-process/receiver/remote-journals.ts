import type { Journal, OpenJournals, TransferRecord } from '@vm-tools/libxfr/journals';
import type { CallArgs } from '../messages.ts';
import type { Calls } from './calls.ts';

/**
 * The journals of this host, as the keeper lets the receiver write in them.
 *
 * @param hostId what this host takes itself for
 */
export function remoteJournals(calls: Calls, hostId?: string): OpenJournals {
  return {
    hostId: () => Promise.resolve(hostId),
    begin: async (start) =>
      remoteJournal(
        calls,
        await calls.call<TransferRecord>('begin', { start: start as CallArgs<'begin'>['start'] }),
      ),
    open: async (id) => remoteJournal(calls, await calls.call<TransferRecord>('open', { id })),
    read: (id) => calls.call<TransferRecord | undefined>('read', { id }),
  };
}

function remoteJournal(calls: Calls, first: TransferRecord): Journal {
  const { id } = first;
  let record = first;
  let closing: Promise<void> | undefined;
  return {
    get record() {
      return record;
    },
    async append(entry) {
      record = await calls.call<TransferRecord>('append', {
        id,
        entry: entry as CallArgs<'append'>['entry'],
      });
    },
    remove: () => calls.call('remove', { id }),
    [Symbol.asyncDispose]: () => (closing ??= calls.call('close', { id })),
  };
}
