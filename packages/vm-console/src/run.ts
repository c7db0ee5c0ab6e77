import { relayConsole, type Invocation, type Outcome } from '@vm-tools/cli';
import { VmToolsError } from '@vm-tools/errors';
import { resolveDomain } from '@vm-tools/libdomain';
import type { ConsoleInput } from './options.ts';
import type { KeptLog, Shown } from './result.ts';

export async function openConsole(invocation: Invocation<ConsoleInput>): Promise<Outcome<Shown | KeptLog>> {
  const { input, signal } = invocation;
  if (input.lines !== undefined && input.log !== true) throw linesOfWhat();
  const host = await invocation.openHost();
  if (input.log) {
    const { printLog } = await import('./print-log.ts');
    return printLog(host, input.domain, input.lines);
  }
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

function linesOfWhat(): VmToolsError {
  return new VmToolsError({
    code: 'USAGE',
    kind: 'usage',
    message: '--lines is of what --log prints',
    hint: 'add --log, or pipe the console into tail',
  });
}
