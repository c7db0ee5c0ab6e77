import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Host } from '../../host.ts';

/**
 * Whether the toolstack runs hotplug scripts, or udev does (run_hotplug_scripts=0 in xl.conf): all toolstacks of a host
 * must agree on it. A script that ran twice would set up a loop device twice.
 */
export async function scriptsRunHere({ root }: Pick<Host, 'root'>): Promise<boolean> {
  const settings = await readFile(join(root, 'etc/xen/xl.conf'), 'utf8').catch(() => '');
  return !/^\s*run_hotplug_scripts\s*=\s*["']?0/m.test(settings);
}
