import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { recordLock, type FileLock } from '@vm-tools/locks';
import type { Host } from '../host.ts';
import type { Step } from '../step/step.ts';
import type { Wanted } from './context.ts';

/** xl's own, for everything of its that creates a domain. */
const LOCK_FILE = 'var/lock/xl';
/** xl has it while it reads a configuration and frees memory of dom0. */
const LIMIT_MS = 60_000;

/** No other tool creates a domain on this host, neither xl nor one of these. */
export interface Alone {
  readonly creation: FileLock;
}

/** To look whether a name or a UUID is free and to take it is one act from here to `creationUnlock`. */
export const creationLock: Step<Wanted, Alone> = {
  name: 'creation-lock',
  about: () => 'of xl: no other tool creates a domain meanwhile',
  async run({ host, signal }) {
    return { creation: await lockCreation(host, signal) };
  },
  undo: async ({ creation }) => creation[Symbol.asyncDispose](),
};

/** For as long as a name or a UUID is looked for and taken. @throws LOCK_TIMEOUT, LOCK_FAILED; INTERRUPTED */
export async function lockCreation({ root }: Pick<Host, 'root'>, signal?: AbortSignal): Promise<FileLock> {
  const path = join(root, LOCK_FILE);
  await mkdir(dirname(path), { recursive: true });
  return recordLock(path, { timeoutMs: LIMIT_MS, signal });
}

/** By now other tools find the domain: in Xen, and by its name. */
export const creationUnlock: Step<Alone> = {
  name: 'creation-unlock',
  about: () => 'its name and its UUID are taken',
  async run({ creation }) {
    await creation[Symbol.asyncDispose]();
    return {};
  },
};
