import { formatDuration, table, type Column, type Invocation, type Outcome } from '@vm-tools/cli';
import { listDomains } from '@vm-tools/libdomain';
import { readAutostart, settleAway, type AutostartEntry } from '@vm-tools/libhost';

interface Listed extends Omit<AutostartEntry, 'from'> {
  /** the file that is read at its start */
  readonly file: string | undefined;
  /** of its domain, where there is one */
  readonly state: string | undefined;
}

const COLUMNS: readonly Column<Listed>[] = [
  { heading: 'Name', text: ({ name }) => name },
  { heading: 'Order', text: ({ order }) => String(order), align: 'right' },
  {
    heading: 'Delay',
    text: ({ delayMs }) => (delayMs === 0 ? '-' : formatDuration(delayMs)),
    align: 'right',
  },
  { heading: 'After', text: ({ after }) => (after.length === 0 ? '-' : after.join(',')) },
  { heading: 'At shutdown', text: ({ atShutdown }) => atShutdown },
  { heading: 'From', text: ({ file }) => file ?? 'as it was last' },
  { heading: 'Now', text: ({ state, away }) => state ?? (away === undefined ? 'not here' : `at ${away}`) },
];

export async function list(invocation: Invocation<object>): Promise<Outcome> {
  const host = await invocation.openHost();
  const domains = await listDomains(host);
  const { entries, damaged } = await settleAway(host, await readAutostart(host.root), domains);
  for (const { message } of damaged) invocation.messages.warn(message);
  const listed = entries.map(({ from, ...entry }): Listed => ({
    ...entry,
    file: 'file' in from ? from.file : undefined,
    state: domains.find(({ uuid }) => uuid === entry.uuid)?.state,
  }));
  return { isReport: true, value: listed, text: listed.length === 0 ? '' : await table(listed, COLUMNS) };
}
