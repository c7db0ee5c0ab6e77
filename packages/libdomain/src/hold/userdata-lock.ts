import { mkdir } from 'node:fs/promises';
import { lock } from '@vm-tools/locks';
import type { Domain } from '../domain.ts';
import type { Host } from '../host.ts';
import { userdataFolder, userdataLockPath } from '../paths.ts';

/** xl has it while it changes a device; an xl that hangs with it would hang us, too. */
const LIMIT_MS = 30_000;

/**
 * Takes libxl's own lock of a domain while `work` changes what libxl keeps about it. xl waits for it without a limit, when it destroys the domain, too, so it is held for no longer.
 *
 * @throws LOCK_TIMEOUT, LOCK_FAILED; INTERRUPTED
 */
export async function withUserdataLock<T>(
  host: Host,
  { domid, uuid }: Pick<Domain, 'domid' | 'uuid'>,
  signal: AbortSignal | undefined,
  work: () => Promise<T>,
): Promise<T> {
  await mkdir(userdataFolder(host), { recursive: true });
  await using _held = await lock(userdataLockPath(host, domid, uuid), { timeoutMs: LIMIT_MS, signal });
  return await work();
}
