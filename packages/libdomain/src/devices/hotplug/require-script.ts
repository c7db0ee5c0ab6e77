import { scriptMissing } from '@vm-tools/dom0/errors';
import type { Host } from '../../host.ts';
import { scriptPath } from './script-path.ts';
import { scriptsRunHere } from './scripts-run-here.ts';

/**
 * Looks for the script that is to set a device up. Where udev runs scripts it has rules of its own.
 *
 * @param script as a configuration names it
 * @throws DOM0_SCRIPT_MISSING of kind usage: it is not there, or cannot be run
 */
export async function requireScript(host: Host, script: string): Promise<void> {
  if (!(await scriptsRunHere(host))) return;
  const path = scriptPath(script);
  const found = await host.dom0.lookAtProgram(path);
  if (found === 'absent') throw scriptMissing(path);
  if (found === 'not-executable') throw scriptMissing(path, new Error('it is not executable'));
}
