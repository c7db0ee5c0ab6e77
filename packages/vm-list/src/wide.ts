import { listText, type Column, type Invocation } from '@vm-tools/cli';
import { startedAt, type Domain } from '@vm-tools/libdomain';
import { entryOf, readAutostart } from '@vm-tools/libhost';
import { mib, SHAPE } from './columns.ts';

interface WideDomain extends Domain {
  readonly startedAt: string | undefined;
  /** its place in the order in which guests start with the host; undefined: it does not */
  readonly order: number | undefined;
}

/** The table with what takes more looks at the host. */
export async function wideText(
  domains: readonly Domain[],
  { openHost, root }: Pick<Invocation<unknown>, 'openHost' | 'root'>,
): Promise<string> {
  const host = await openHost();
  const { entries } = await readAutostart(root);
  const rows = await Promise.all(
    domains.map(async (domain): Promise<WideDomain> => {
      const entry = entryOf(entries, domain);
      const order = entry?.away === undefined ? entry?.order : undefined;
      return { ...domain, startedAt: await startedAt(host, domain.uuid), order };
    }),
  );
  const wide: readonly Column<WideDomain>[] = [
    { heading: 'Max(MiB)', text: ({ maxMemoryKib }) => mib(maxMemoryKib), align: 'right' },
    { heading: 'Started', text: (domain) => domain.startedAt ?? '-' },
    { heading: 'Autostart', text: ({ order }) => String(order ?? '-'), align: 'right' },
  ];
  return listText(rows, { ...SHAPE, wide }, 'wide');
}
