import type { Invocation, Outcome } from '@vm-tools/cli';
import { readXenLog } from '@vm-tools/libdomain';
import type { DmesgInput } from './options.ts';

export async function dmesg(invocation: Invocation<DmesgInput>): Promise<Outcome> {
  const { clear = false } = invocation.input;
  const host = await invocation.openHost();
  const lines = await readXenLog(host, { clear });
  return { isReport: !clear, value: { lines }, text: lines.join('\n') };
}
