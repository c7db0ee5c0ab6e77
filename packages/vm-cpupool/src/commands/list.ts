import { listText, type Invocation, type ListShape, type Outcome } from '@vm-tools/cli';
import { listPools, type HostPools, type NamedPool } from '@vm-tools/libdomain';
import type { ListInput } from '../options.ts';
import { processorsText } from '../processors-text.ts';

const SHAPE: ListShape<NamedPool> = {
  columns: [
    { heading: 'Name', text: ({ name }) => name },
    { heading: 'ID', text: ({ id }) => String(id), align: 'right' },
    { heading: 'Scheduler', text: ({ scheduler }) => scheduler },
    { heading: 'Domains', text: ({ domains }) => String(domains), align: 'right' },
    { heading: 'Processors', text: ({ cpus }) => processorsText(cpus) },
  ],
  word: ({ name }) => name,
};

export async function list(invocation: Invocation<ListInput>): Promise<Outcome<HostPools>> {
  const { output } = invocation.input;
  const found = await listPools(await invocation.openHost());
  const pools = await listText(found.pools, SHAPE, output);
  const free = output === 'name' || found.freeCpus.length === 0 ? '' : freeText(found.freeCpus);
  return { isReport: true, value: found, text: `${pools}${free}` };
}

const freeText = (cpus: readonly number[]): string => `\nin no pool: ${processorsText(cpus)}`;
