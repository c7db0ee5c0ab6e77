import { VmToolsError } from '@vm-tools/errors';
import { readProcessorsSpec } from '../config/xl/processors-spec.ts';
import { SpecError } from '../config/xl/spec-error.ts';
import type { Host } from '../host.ts';
import { dependsOnHost, missingOn, processorsOn } from '../scheduling/processors-on.ts';

/**
 * The processors of this host that a text names as xl does: "2-3,7", "node:1,^7".
 *
 * @throws USAGE, also for a node that is not there
 */
export async function namedCpus({ xen }: Pick<Host, 'xen'>, text: string): Promise<readonly number[]> {
  const wanted = read(text);
  if (!dependsOnHost(wanted) && wanted.length > 0) return wanted;
  const places = await xen.cputopoinfo();
  if (!dependsOnHost(wanted)) return places.map(({ cpu }) => cpu);
  const missing = missingOn(wanted, places);
  if (missing !== undefined) throw wrong(`this host has no ${missing}`);
  const cpus = processorsOn(wanted, places);
  if (cpus.length === 0) throw wrong(`${text} leaves no processor of this host`);
  return cpus;
}

function read(text: string): ReturnType<typeof readProcessorsSpec> {
  try {
    return readProcessorsSpec(text);
  } catch (thrown) {
    if (!(thrown instanceof SpecError)) throw thrown;
    throw wrong(`${JSON.stringify(text)} ${thrown.message}`);
  }
}

function wrong(message: string): VmToolsError {
  const hint =
    'give numbers and runs, such as 0-3,7, or a node, such as node:0; xl info -n tells which there are';
  return new VmToolsError({ code: 'USAGE', kind: 'usage', message, hint });
}
