import { table, type Invocation, type Outcome } from '@vm-tools/cli';
import { listTransfers, type KnownTransfer } from '@vm-tools/libxfr';
import { journalsOf } from './journals.ts';
import type { ListInput } from './options.ts';
import { place } from './describe-transfer.ts';

/** Enough of an id to be told from others, and short enough to be typed. */
const ID_CHARACTERS = 8;

export async function list(invocation: Invocation<ListInput>): Promise<Outcome> {
  const { transfers, damaged } = await listTransfers(journalsOf(invocation));
  for (const { message, hint } of damaged)
    invocation.messages.warn(hint === undefined ? message : `${message}; ${hint}`);
  const shown = invocation.input.all ? transfers : transfers.filter(({ isEnded }) => !isEnded);
  return { value: shown, text: shown.length === 0 ? '' : format(shown) };
}

function format(transfers: readonly KnownTransfer[]): string {
  return table(transfers, [
    { heading: 'Transfer', text: ({ id }) => id.slice(0, ID_CHARACTERS) },
    { heading: 'Domain', text: ({ guest }) => guest.name },
    { heading: 'Peer', text: ({ role, peer }) => `${role === 'source' ? 'to' : 'from'} ${peer}` },
    { heading: 'State', text: ({ state }) => state },
    { heading: 'Lives', text: place },
    { heading: 'Since', text: ({ changedAt }) => new Date(changedAt).toISOString() },
  ]);
}
