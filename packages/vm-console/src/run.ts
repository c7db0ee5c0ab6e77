import { relayConsole, type Invocation, type Outcome } from '@vm-tools/cli';
import { resolveDomain } from '@vm-tools/libdomain';
import type { ConsoleInput } from './options.ts';
import type { Shown } from './result.ts';

export async function openConsole(invocation: Invocation<ConsoleInput>): Promise<Outcome<Shown>> {
  const { input, signal } = invocation;
  const host = await invocation.openHost();
  const { domid, uuid, name } = await resolveDomain(host, input.domain);
  const output = invocation.claimStdout('text');
  const ended = await relayConsole(host.store, {
    domid,
    number: input.number ?? 0,
    input: process.stdin,
    output,
    signal,
  });
  return { value: { domid, uuid, name, ended } };
}
