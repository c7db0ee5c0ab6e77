import { table, type Column, type Invocation, type Outcome } from '@vm-tools/cli';
import { listPools, type NamedPool } from '@vm-tools/libdomain';
import { processorsText } from '../processors-text.ts';

const COLUMNS: readonly Column<NamedPool>[] = [
  { heading: 'Name', text: ({ name }) => name },
  { heading: 'ID', text: ({ id }) => String(id), align: 'right' },
  { heading: 'Scheduler', text: ({ scheduler }) => scheduler },
  { heading: 'Domains', text: ({ domains }) => String(domains), align: 'right' },
  { heading: 'Processors', text: ({ cpus }) => processorsText(cpus) },
];

export async function list(invocation: Invocation<object>): Promise<Outcome> {
  const found = await listPools(await invocation.openHost());
  const free = found.freeCpus.length === 0 ? '' : `\nin no pool: ${processorsText(found.freeCpus)}`;
  return { isReport: true, value: found, text: `${await table(found.pools, COLUMNS)}${free}` };
}
