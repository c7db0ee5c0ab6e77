import { setImmediate as turn } from 'node:timers/promises';
import type { SimulatedHost } from '@vm-tools/xen-sim';
import { controlPath } from '../paths.ts';

/** Resolves when the guest has seen what was asked of it, and has said so. */
export async function untilAcknowledged(host: SimulatedHost, domid: number): Promise<void> {
  while (!host.consoleOf(domid).includes('was asked for')) await turn();
  while ((await host.store.read(controlPath(domid))) !== '') await turn();
}
