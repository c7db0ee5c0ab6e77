import type { Invocation, Outcome } from '@vm-tools/cli';
import { pressDebugKeys, readXenLog } from '@vm-tools/libdomain';
import type { DmesgInput } from './options.ts';
import type { XenLog } from './result.ts';

export async function dmesg(invocation: Invocation<DmesgInput>): Promise<Outcome<XenLog>> {
  const { clear = false, keys } = invocation.input;
  const host = await invocation.openHost();
  const lines = keys === undefined ? await readXenLog(host, { clear }) : await pressDebugKeys(host, keys);
  return { isReport: !clear, value: { lines }, text: lines.join('\n') };
}
