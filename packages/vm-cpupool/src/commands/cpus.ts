import type { Invocation, Outcome } from '@vm-tools/cli';
import { addCpus, namedCpus, removeCpus, resolvePool, type NamedPool } from '@vm-tools/libdomain';
import type { CpusInput } from '../options.ts';
import { processorsText } from '../processors-text.ts';

type Change = typeof addCpus;

export const add = (invocation: Invocation<CpusInput>): Promise<Outcome<NamedPool>> =>
  change(invocation, addCpus);

export const remove = (invocation: Invocation<CpusInput>): Promise<Outcome<NamedPool>> =>
  change(invocation, removeCpus);

async function change({ input, openHost }: Invocation<CpusInput>, body: Change): Promise<Outcome<NamedPool>> {
  const host = await openHost();
  const cpus = await namedCpus(host, input.cpus);
  const pool: NamedPool = await body(host, await resolvePool(host, input.pool), cpus);
  return { value: pool, text: `${pool.name}: processors ${processorsText(pool.cpus)}` };
}
