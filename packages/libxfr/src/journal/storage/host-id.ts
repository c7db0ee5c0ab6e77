import { createHash, randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeAside } from '@vm-tools/write-file';

/**
 * The id by which this host knows itself: 32 hexadecimal digits on which all processes that share its journals agree
 * until it is started again. The file may have come with a copy of another host's disk, so the kernel's word for this
 * start is in it.
 *
 * @param options.isMade makes it, where there is none: that is for a receiver, so a source that finds none has not
 * called itself
 */
export async function hostId(
  folder: string,
  { isMade = false }: { readonly isMade?: boolean | undefined } = {},
): Promise<string | undefined> {
  const path = join(folder, 'host');
  const written = (await read(path)) ?? (isMade ? await make(path) : undefined);
  if (written === undefined) return undefined;
  const start = await read('/proc/sys/kernel/random/boot_id');
  return createHash('sha256')
    .update(`${written} ${start ?? ''}`)
    .digest('hex')
    .slice(0, 32);
}

/** Of two processes that make it at the same moment, one is the first, and both read that. */
async function make(path: string): Promise<string> {
  const id = randomBytes(16).toString('hex');
  await writeAside(path, id, { mode: 0o600, isNew: true, synced: 'nothing' });
  return readFile(path, 'utf8');
}

function read(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch((thrown: unknown) => {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw thrown;
  });
}
