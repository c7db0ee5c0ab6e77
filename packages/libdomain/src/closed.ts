import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { VmToolsError } from '@vm-tools/errors';
import { writeAside } from '@vm-tools/write-file';
import type { Host } from './host.ts';

type Rooted = Pick<Host, 'root'>;

const closedPath = ({ root }: Rooted): string => join(root, 'var/lib/vm-tools/closed');

/** Closes a host for guests that are not here yet, also over its next start; what is here goes on as before. */
export async function closeHost(host: Rooted, why: string): Promise<void> {
  await writeAside(closedPath(host), `${why}\n`, { mode: 0o644, folderMode: 0o700, synced: 'folder' });
}

/** Lets guests come to the host again. */
export async function reopenHost(host: Rooted): Promise<void> {
  await rm(closedPath(host), { force: true });
}

/** @returns why a host is closed; undefined when it is not */
export async function whyClosed(host: Rooted): Promise<string | undefined> {
  try {
    return (await readFile(closedPath(host), 'utf8')).trim();
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw thrown;
  }
}

/** @throws VmToolsError HOST_CLOSED (usage) */
export async function requireOpen(host: Rooted): Promise<void> {
  const why = await whyClosed(host);
  if (why === undefined) return;
  throw new VmToolsError({
    code: 'HOST_CLOSED',
    kind: 'usage',
    message: `this host takes no guests: ${why}`,
    hint: 'let it take guests again: vm-host open',
    details: { why },
  });
}
