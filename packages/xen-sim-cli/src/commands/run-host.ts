import { rm } from 'node:fs/promises';
import { createLog, type Invocation, type Outcome } from '@vm-tools/cli';
import { createSimulatedHost, serveHost } from '@vm-tools/xen-sim';
import { claimFolder } from '@vm-tools/xen-sim/control';
import { simPaths } from '@vm-tools/xen-wire';
import type { StartInput } from '../options.ts';
import type { Ended } from '../result.ts';
import { xenVersionOf } from '../xen-version.ts';

/** A host in this process, until a signal or `xen-sim stop` ends it. Nothing of it stays. */
export async function runHost(
  { input, messages, signal }: Invocation<StartInput>,
  scenario: unknown,
): Promise<Outcome<Ended>> {
  const { name, memory, cpus, seed, xen, withoutCpuFeatures = [] } = input;
  const log = createLog(messages);
  const folder = await claimFolder(name);
  try {
    await using host = await createSimulatedHost({
      name,
      memory,
      cpus,
      seed,
      xenVersion: xenVersionOf(xen),
      withoutCpuFeatures,
      scenario,
      root: simPaths(folder).root,
      ptys: true,
      onWarning: (message) => log.warn(message),
    });
    const told = new AbortController();
    const served = await serveHost(host, folder, () => told.abort());
    log.info('the simulated host runs', { name, folder, pid: process.pid });
    await ended(AbortSignal.any([signal, told.signal]));
    await served.close();
    log.info('the simulated host has ended', { name });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return { value: { name, state: 'ended' } };
}

async function ended(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
}
