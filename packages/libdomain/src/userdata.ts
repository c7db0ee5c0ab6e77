import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { VmToolsError } from '@vm-tools/errors';
import { writeAside } from '@vm-tools/write-file';
import type { Domain } from './domain.ts';
import { withUserdataLock } from './hold/userdata-lock.ts';
import type { Host } from './host.ts';
import { listFolder } from './list-folder.ts';
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
      hint: 'it is written when vm-create or xl makes a domain',
      cause,
      details: { path },
    });
  }
}

/** Paths of all that any toolstack keeps about the domain, xl's locks included. */
export async function listUserdata(host: Host, { domid, uuid }: Identity): Promise<string[]> {
  const folder = userdataFolder(host);
  const ours = new RegExp(`^userdata-.\\.${domid}\\.${uuid}\\.`);
  return (await listFolder(folder)).filter((name) => ours.test(name)).map((name) => join(folder, name));
}

/** @throws LOCK_TIMEOUT when xl does not let go of it */
export async function removeUserdata(host: Host, domain: Identity, signal?: AbortSignal): Promise<void> {
  const lock = userdataLockPath(host, domain.domid, domain.uuid); // goes with its holder
  await withUserdataLock(host, domain, signal, async () => {
    for (const path of await listUserdata(host, domain)) if (path !== lock) await rm(path, { force: true });
  });
}
