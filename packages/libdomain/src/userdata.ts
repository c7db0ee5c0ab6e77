import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { VmToolsError } from '@vm-tools/errors';
import { writeAside } from '@vm-tools/write-file';
import type { Domain } from './domain.ts';
import { withUserdataLock } from './hold/userdata-lock.ts';
import type { Host } from './host.ts';
import { listFolder } from './files/list-folder.ts';
import { userdataFolder, userdataLockPath, userdataPath } from './paths.ts';

type Identity = Pick<Domain, 'domid' | 'uuid'>;

/**
 * Written to a temporary file and renamed: a reader sees all of it, or nothing. libxl takes the file for a C string, so
 * it must end in NUL: without it xl would read on behind its buffer.
 *
 * @throws LOCK_TIMEOUT when xl does not let go of it
 */
export async function writeUserdata(
  host: Host,
  domain: Identity,
  json: string,
  signal?: AbortSignal,
): Promise<void> {
  const path = userdataPath(host, domain.domid, domain.uuid);
  const aside = userdataPath(host, domain.domid, domain.uuid, 'n');
  await withUserdataLock(host, domain, signal, () => writeAside(path, `${json}\0`, { mode: 0o600, aside }));
}

/**
 * Changes what is written down, while no xl does; nothing happens when nothing was ever written down.
 *
 * @returns what it was before
 * @throws LOCK_TIMEOUT when xl does not let go of it
 */
export async function updateUserdata(
  host: Host,
  domain: Identity & Pick<Domain, 'name'>,
  change: (json: string) => string,
  signal?: AbortSignal,
): Promise<string | undefined> {
  const path = userdataPath(host, domain.domid, domain.uuid);
  const aside = userdataPath(host, domain.domid, domain.uuid, 'n');
  return withUserdataLock(host, domain, signal, async () => {
    const before = await readUserdata(host, domain).catch(unlessAbsent);
    if (before === undefined) return undefined;
    const after = change(before);
    if (after !== before) await writeAside(path, `${after}\0`, { mode: 0o600, aside });
    return before;
  });
}

function unlessAbsent(thrown: unknown): undefined {
  const { cause } = thrown as { readonly cause?: NodeJS.ErrnoException };
  if (cause?.code !== 'ENOENT') throw thrown;
}

/**
 * The configuration of a running domain, in libxl's JSON.
 *
 * @throws DOMAIN_NO_CONFIG when none was ever written down
 */
export async function readUserdata(
  host: Host,
  domain: Pick<Domain, 'domid' | 'uuid' | 'name'>,
): Promise<string> {
  const path = userdataPath(host, domain.domid, domain.uuid);
  try {
    return (await readFile(path, 'utf8')).replace(/\0+$/, '');
  } catch (cause) {
    throw new VmToolsError({
      code: 'DOMAIN_NO_CONFIG',
      message: `the configuration of ${domain.name} cannot be read: ${path}: ${(cause as NodeJS.ErrnoException).code}`,
      hint: 'create the domain with vm-create or xl, which write it',
      cause,
      details: { path },
    });
  }
}

/** A file that a toolstack keeps about a domain (libxl__userdata_path). */
const FILE = /^userdata-.\.(\d+)\.([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\./;

/** All that toolstacks keep about domains, also about those that are gone, xl's locks included. */
export async function listUserdata(host: Host): Promise<(Identity & { readonly path: string })[]> {
  const folder = userdataFolder(host);
  return (await listFolder(folder)).flatMap((name) => {
    const [, domid, uuid] = FILE.exec(name) ?? [];
    return uuid === undefined ? [] : [{ domid: Number(domid), uuid, path: join(folder, name) }];
  });
}

/** Paths of what is kept about one domain. */
export async function userdataOf(host: Host, { domid, uuid }: Identity): Promise<string[]> {
  const all = await listUserdata(host);
  return all.filter((file) => file.domid === domid && file.uuid === uuid).map(({ path }) => path);
}

/** @throws LOCK_TIMEOUT when xl does not let go of it */
export async function removeUserdata(host: Host, domain: Identity, signal?: AbortSignal): Promise<void> {
  const lock = userdataLockPath(host, domain.domid, domain.uuid); // goes with its holder
  await withUserdataLock(host, domain, signal, async () => {
    for (const path of await userdataOf(host, domain)) if (path !== lock) await rm(path, { force: true });
  });
}
