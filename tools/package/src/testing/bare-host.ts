import { syncBundle, type LabHost } from '@vm-tools/lab';
import { buildPackages } from '../build-packages.ts';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../../../..');
const ASIDE = '/lab/aside';
/** What the lab has put onto the host, in the places of a package. */
const OF_LAB = ['/usr/lib/vm-tools', '/usr/local/bin/node', '/etc/vm-tools', '/var/lib/vm-tools'];
const PURGE = 'dpkg --purge vm-tools-sim vm-tools vm-tools-node 2>&1';
const slow = { timeoutMs: 900_000 };

/** A host that has nothing of vm-tools but packages that are not installed; it is disposed of when it is to be as before. */
export interface BareHost extends AsyncDisposable {
  /** Its folders "1", "2" and so on have the packages of these revisions. */
  readonly packages: string;
  /** Removes what a test has installed. */
  purge(): Promise<void>;
}

/** Moves what the lab has put there of vm-tools aside, and brings packages. */
export async function bareHost(host: LabHost, revisions: readonly number[]): Promise<BareHost> {
  const packages = '/lab/packages';
  const folder = await mkdtemp(join(tmpdir(), 'packages-'));
  for (const revision of revisions)
    await buildPackages({ root: ROOT, folder: join(folder, String(revision)), revision, level: 0 });
  await host.put(folder, packages);
  await rm(folder, { recursive: true });
  await host.run(`mkdir -p ${ASIDE}; for path in ${OF_LAB.join(' ')}; do
    if [ -e $path ]; then mkdir -p ${ASIDE}\${path%/*}; mv $path ${ASIDE}$path; fi; done
    find /usr/local/bin -lname '/usr/lib/vm-tools/*' -delete; rm -rf /run/vm-tools /var/cache/vm-tools`);
  return {
    packages,
    async purge() {
      await host.exec(PURGE, slow);
    },
    async [Symbol.asyncDispose]() {
      await host.exec(PURGE, slow);
      await host.run(`cd ${ASIDE} && for path in ${OF_LAB.join(' ')}; do
        if [ -e .$path ]; then rm -rf $path; mv .$path $path; fi; done; rm -rf ${ASIDE} ${packages}`);
      await syncBundle(host);
    },
  };
}
