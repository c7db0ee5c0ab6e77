import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Host } from '../../host.ts';

/** libxl's own node: with it the scripts of udev do nothing, because the toolstack runs them. */
const DISABLE_UDEV = '/libxl/disable_udev';

/**
 * Whether the toolstack runs hotplug scripts, or udev does (run_hotplug_scripts=0 in xl.conf). libxl writes its choice
 * to xenstore with the first domain, and all toolstacks must agree on it: a script that ran twice would set up a loop
 * device twice.
 */
export async function scriptsRunHere({ store, root }: Pick<Host, 'store' | 'root'>): Promise<boolean> {
  if ((await store.read(DISABLE_UDEV)) !== undefined) return true;
  const settings = await readFile(join(root, 'etc/xen/xl.conf'), 'utf8').catch(() => '');
  if (/^\s*run_hotplug_scripts\s*=\s*["']?0/m.test(settings)) return false;
  await store.write(DISABLE_UDEV, '1');
  return true;
}
