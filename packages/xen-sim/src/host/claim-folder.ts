import { mkdir, readdir, rm } from 'node:fs/promises';
import { VmToolsError } from '@vm-tools/errors';
import { simBase, simFolder } from '@vm-tools/xen-wire';
import { askHost } from './control/ask-host.ts';
import type { HostStatus } from './control/control-messages.ts';
import { makePrivateFolder } from './private-folder.ts';

/** An answer takes no time; a host that does not give it is dead or hangs. */
const ANSWER_MS = 2_000;

/** The host that runs under this name; undefined when none does. */
export async function statusOfHost(name: string, signal?: AbortSignal): Promise<HostStatus | undefined> {
  try {
    return await askHost(name, { ask: 'status' }, { signal, limitMs: ANSWER_MS });
  } catch (thrown) {
    if (thrown instanceof VmToolsError && thrown.code === 'XEN_SIM_ABSENT') return undefined;
    throw thrown;
  }
}

/**
 * Makes the folder of a host that is about to run in this process; what a crash has left in it goes.
 * @throws VmToolsError XEN_SIM_RUNS, XEN_SIM_FOLDER, XEN_SIM_FOLDER_UNSAFE
 */
export async function claimFolder(name: string): Promise<string> {
  const folder = simFolder(name);
  await makePrivateFolder(simBase());
  if ((await statusOfHost(name)) !== undefined) throw alreadyRuns(name);
  await rm(folder, { recursive: true, force: true });
  // A process that starts the same name at this moment does the same: one of the two finds it made.
  await mkdir(folder, { mode: 0o700 }).catch((cause: unknown) => {
    throw (cause as NodeJS.ErrnoException).code === 'EEXIST' ? alreadyRuns(name) : cause;
  });
  return folder;
}

/** The names under which hosts run, or ran until they crashed. */
export async function listNames(): Promise<string[]> {
  const entries = await readdir(simBase(), { withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort();
}

/** The error for a name under which a host runs: XEN_SIM_RUNS. */
export function alreadyRuns(name: string): VmToolsError {
  return new VmToolsError({
    code: 'XEN_SIM_RUNS',
    message: `a simulated host called "${name}" is running already`,
    hint: `xen-sim stop ${name} ends it, with all its domains`,
  });
}
