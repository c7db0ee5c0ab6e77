import { isAbsolute, join } from 'node:path';

/** Where Xen keeps its hotplug scripts. */
const SCRIPTS = '/etc/xen/scripts';

/** The path of a script that a configuration names. */
export function scriptPath(script: string): string {
  return isAbsolute(script) ? script : join(SCRIPTS, script);
}
