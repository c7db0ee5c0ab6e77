import { join } from 'node:path';
import { waitForTicks, type TestHost } from '@vm-tools/xen-sim/testing';
import { createDomain } from '../actions/create-domain.ts';
import { readConfigFile } from '../config/index.ts';
import type { Domain } from '../domain.ts';

/**
 * Makes a guest that counts, in this process: as vm-create does it, for tests of something else.
 *
 * @param settings as on the command line of vm-create, e.g. `type=pv`
 */
export async function createGuest(host: TestHost, name: string, ...settings: string[]): Promise<Domain> {
  const file = join(host.folder, 'polite.cfg');
  const config = await readConfigFile(file, { overrides: [`name=${name}`, ...settings] });
  const domain = await createDomain(host.simulated, config);
  await waitForTicks(host, name);
  return domain;
}

export { qcow2Bytes } from './qcow2-bytes.ts';
