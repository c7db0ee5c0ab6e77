import { access, rm } from 'node:fs/promises';
import type { Invocation, Outcome } from '@vm-tools/cli';
import { throwIfAborted, VmToolsError } from '@vm-tools/errors';
import { askHost, listNames, statusOfHost } from '@vm-tools/xen-sim/control';
import { simFolder } from '@vm-tools/xen-wire';
import type { StopInput } from '../options.ts';
import type { Stopped } from '../result.ts';

const END_LIMIT_MS = 15_000;
const PAUSE_MS = 20;

export async function stop({ input, signal }: Invocation<StopInput>): Promise<Outcome<Stopped>> {
  if ((input.name === undefined) === (input.all !== true)) {
    throw new VmToolsError({
      code: 'USAGE',
      kind: 'usage',
      message: 'either a name or --all is needed',
      hint: 'try xen-sim stop --help',
    });
  }
  const names = input.name === undefined ? await listNames() : [input.name];
  await Promise.all(names.map((name) => stopHost(name, input.all === true, signal)));
  return { value: { stopped: names } };
}

/** @param isTolerant what is no more is no reason to fail; what a crash has left goes */
async function stopHost(name: string, isTolerant: boolean, signal: AbortSignal): Promise<void> {
  const folder = simFolder(name);
  if (isTolerant && (await statusOfHost(name, signal)) === undefined) {
    await rm(folder, { recursive: true, force: true });
    return;
  }
  await askHost(name, { ask: 'stop' }, { signal });
  const late = Date.now() + END_LIMIT_MS;
  while (await exists(folder)) {
    throwIfAborted(signal, `stopping ${name}`);
    if (Date.now() > late) {
      throw new VmToolsError({
        code: 'XEN_SIM_STOP',
        kind: 'timeout',
        message: `${name} has not ended within ${END_LIMIT_MS / 1000} s`,
        hint: 'end its process: xen-sim list shows which it is',
      });
    }
    await new Promise((resume) => setTimeout(resume, PAUSE_MS));
  }
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
