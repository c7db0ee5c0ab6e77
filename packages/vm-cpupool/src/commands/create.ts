import type { Invocation, Outcome } from '@vm-tools/cli';
import { createPool, namedCpus, type NamedPool } from '@vm-tools/libdomain';
import type { CreateInput } from '../options.ts';
import { processorsText } from '../processors-text.ts';

export async function create(invocation: Invocation<CreateInput>): Promise<Outcome<NamedPool>> {
  const { name, cpus: text, scheduler } = invocation.input;
  const host = await invocation.openHost();
  const cpus = text === undefined ? undefined : await namedCpus(host, text);
  const pool = await createPool(host, name, { cpus, scheduler });
  return {
    value: pool,
    text: `${name}: made, with ${pool.scheduler} and processors ${processorsText(pool.cpus)}`,
  };
}
