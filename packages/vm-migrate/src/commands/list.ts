import { listText, type Invocation, type ListShape, type Outcome } from '@vm-tools/cli';
import type { FoundTransfer } from '@vm-tools/libxfr/control';
import type { KnownTransfer } from '@vm-tools/libxfr/journals';
import { listTransfers } from '@vm-tools/libxfr/recovery';
import type { ListInput } from '../options.ts';
import type { ListedTransfer } from '../result.ts';
import { describeFigures, place } from '../transfers/describe-transfer.ts';
import { underWay } from '../transfers/find-under-way.ts';
import { journalsOf } from '@vm-tools/libhost';
import { warnOf } from '../transfers/warn-of.ts';

/** Enough of an id to be told from others, and short enough to be typed. */
const ID_CHARACTERS = 8;

const SHAPE: ListShape<ListedTransfer> = {
  columns: [
    { heading: 'Transfer', text: ({ id }) => id.slice(0, ID_CHARACTERS) },
    { heading: 'Domain', text: ({ guest }) => guest.name },
    { heading: 'Peer', text: ({ role, peer }) => `${role === 'source' ? 'to' : 'from'} ${peer}` },
    { heading: 'State', text: ({ state }) => state },
    { heading: 'Lives', text: place },
    { heading: 'Since', text: ({ changedAt }) => new Date(changedAt).toISOString() },
    { heading: 'Progress', text: ({ figures }) => (figures === undefined ? '-' : describeFigures(figures)) },
  ],
  wide: [
    { heading: 'Began', text: ({ beganAt }) => new Date(beganAt).toISOString() },
    { heading: 'UUID', text: ({ guest }) => guest.uuid },
    { heading: 'Whole id', text: ({ id }) => id },
  ],
  word: ({ id }) => id,
};

export async function list(invocation: Invocation<ListInput>): Promise<Outcome<readonly ListedTransfer[]>> {
  const [{ transfers, damaged }, moving] = await Promise.all([
    listTransfers(journalsOf(invocation)),
    underWay(invocation),
  ]);
  warnOf(invocation.messages, damaged);
  const shown = transfers
    .filter(({ isEnded }) => invocation.input.all || !isEnded)
    .map((known) => withFigures(known, moving));
  const text = shown.length === 0 ? '' : await listText(shown, SHAPE, invocation.input.output);
  return { isReport: true, value: shown, text };
}

export function withFigures(known: KnownTransfer, moving: readonly FoundTransfer[]): ListedTransfer {
  const found = moving.find(({ id, role }) => id === known.id && role === known.role);
  return found === undefined ? known : { ...known, figures: found.figures, settings: found.settings };
}
