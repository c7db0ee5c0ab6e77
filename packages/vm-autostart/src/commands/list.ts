import { formatDuration, listText, type Invocation, type ListShape, type Outcome } from '@vm-tools/cli';
import { listDomains } from '@vm-tools/libdomain';
import { readAutostart, settleAway } from '@vm-tools/libhost';
import type { ListInput } from '../options.ts';
import type { ListedStart } from '../result.ts';

const SHAPE: ListShape<ListedStart> = {
  columns: [
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
  ],
  wide: [{ heading: 'UUID', text: ({ uuid }) => uuid }],
  word: ({ name }) => name,
};

export async function list(invocation: Invocation<ListInput>): Promise<Outcome<readonly ListedStart[]>> {
  const host = await invocation.openHost();
  const domains = await listDomains(host);
  const { entries, damaged } = await settleAway(host, await readAutostart(host.root), domains);
  for (const { message } of damaged) invocation.messages.warn(message);
  const listed = entries.map(({ from, ...entry }): ListedStart => ({
    ...entry,
    file: 'file' in from ? from.file : undefined,
    state: domains.find(({ uuid }) => uuid === entry.uuid)?.state,
  }));
  const text = listed.length === 0 ? '' : await listText(listed, SHAPE, invocation.input.output);
  return { isReport: true, value: listed, text };
}
