import type { Invocation, Outcome } from '@vm-tools/cli';
import { createPool, type NamedPool } from '@vm-tools/libdomain';
import type { CreateInput } from '../options.ts';
import { processorsText } from '../processors-text.ts';

export async function create(invocation: Invocation<CreateInput>): Promise<Outcome<NamedPool>> {
  const { name, cpus, scheduler } = invocation.input;
  const pool = await createPool(await invocation.openHost(), name, { cpus, scheduler });
  return {
    value: pool,
    text: `${name}: made, with ${pool.scheduler} and processors ${processorsText(pool.cpus)}`,
  };
}
