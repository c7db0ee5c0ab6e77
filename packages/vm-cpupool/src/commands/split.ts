import type { Invocation, Outcome } from '@vm-tools/cli';
import { splitByNode } from '@vm-tools/libdomain';
import { processorsText } from '../processors-text.ts';
import type { SplitPools } from '../result.ts';

export async function split({ openHost }: Invocation<object>): Promise<Outcome<SplitPools>> {
  const pools = await splitByNode(await openHost());
  const lines = pools.map(({ name, cpus }) => `${name}: processors ${processorsText(cpus)}`);
  return { value: { pools }, text: lines.join('\n') };
}
