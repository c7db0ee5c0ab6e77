import type { ScriptEnd, ScriptRun } from '@vm-tools/dom0';
import type { Xenstore } from '@vm-tools/xenstore';
import type { BlockDevices } from '../parts/block-devices.ts';
import type { LoopDevices } from '../parts/loop-devices.ts';
import type { Network } from '../parts/network.ts';

/** All that a hotplug script can reach. */
export interface ScriptWorld {
  /** as dom0; no fault concerns it */
  readonly store: Xenstore;
  readonly blocks: BlockDevices;
  readonly loops: LoopDevices;
  readonly network: Network;
}

/** @param path of the backend's nodes, absolute */
export type Script = (world: ScriptWorld, path: string, run: ScriptRun) => Promise<void>;

/** The end of a script that has failed, as its nodes tell it. */
export class ScriptFailure extends Error {
  readonly status: 'error' | 'busy';

  constructor(status: 'error' | 'busy', message: string) {
    super(message);
    this.status = status;
  }
}

/** Runs a script as xen-hotplug-common.sh does: a failure is told in two nodes of the backend, and by status 1. */
export async function runHotplug(script: Script, world: ScriptWorld, run: ScriptRun): Promise<ScriptEnd> {
  const path = backendPath(run);
  try {
    await script(world, path, run);
    return { status: 0, lastWords: '' };
  } catch (thrown) {
    if (!(thrown instanceof ScriptFailure)) throw thrown;
    return failed(world.store, path, thrown);
  }
}

/** `fatal` and `ebusy` write both nodes, also those of a backend that has gone. */
export async function failed(store: Xenstore, path: string, failure: ScriptFailure): Promise<ScriptEnd> {
  await store.write(`${path}/hotplug-error`, failure.message);
  await store.write(`${path}/hotplug-status`, failure.status);
  return { status: 1, lastWords: `${failure.message}\n` };
}

/** XENBUS_PATH is relative to the home of dom0. */
export function backendPath({ env }: ScriptRun): string {
  const path = env['XENBUS_PATH'] ?? '';
  return path.startsWith('/') ? path : `/local/domain/0/${path}`;
}

/** The guest that XENBUS_PATH names: 5 of "backend/vif/5/0". */
export function domidOf({ env }: ScriptRun): number | undefined {
  const [, domid] = /backend\/[^/]+\/(\d+)\//.exec(env['XENBUS_PATH'] ?? '') ?? [];
  return domid === undefined ? undefined : Number(domid);
}
