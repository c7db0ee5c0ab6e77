import { VmToolsError } from '@vm-tools/errors';
import type * as z from 'zod';
import { CONFIG_HINTS } from '../problems/config-error.ts';
import { problemsOfDevices } from './check-devices.ts';
import { diskSchema, type Disk } from './disk.ts';
import { networkSchema, type Network } from './network.ts';
import { readDiskSpec } from '../xl/disk-spec.ts';
import { readNetworkSpec } from '../xl/network-spec.ts';
import { SpecError } from '../xl/spec-error.ts';

/**
 * Reads a disk in xl's syntax, as it stands in a list `disk = [ … ]`.
 *
 * @throws VmToolsError CONFIG_INVALID, CONFIG_UNSUPPORTED
 */
export function parseDisk(spec: string): Disk {
  return checked('disk', diskSchema, () => readDiskSpec(spec));
}

/**
 * Reads a network device in xl's syntax, as it stands in a list `vif = [ … ]`.
 *
 * @param onWarning told of what is ignored, in a sentence
 * @throws VmToolsError CONFIG_INVALID, CONFIG_UNKNOWN_KEY, CONFIG_UNSUPPORTED
 */
export function parseNetwork(spec: string, onWarning?: (message: string) => void): Network {
  const network = checked('network device', networkSchema, () => {
    const { network: fields, warnings } = readNetworkSpec(spec);
    for (const warning of warnings) onWarning?.(warning);
    return fields;
  });
  const [problem] = problemsOfDevices({ disks: [], networks: [network] });
  if (problem !== undefined)
    throw invalid(`network device: ${problem.path[2]} ${problem.message}`, problem.hint);
  return network;
}

function checked<Schema extends z.ZodType>(
  what: string,
  schema: Schema,
  read: () => object,
): z.output<Schema> {
  let fields: object;
  try {
    fields = read();
  } catch (thrown) {
    if (!(thrown instanceof SpecError)) throw thrown;
    throw invalid(`${what}: ${thrown.message}`, thrown.hint, thrown.code);
  }
  const result = schema.safeParse(fields);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw invalid(`${what}: ${String(issue?.path[0] ?? '')} ${issue?.message ?? ''}`);
}

function invalid(message: string, hint?: string, code: SpecError['code'] = 'CONFIG_INVALID'): VmToolsError {
  return new VmToolsError({ code, kind: 'usage', message, hint: hint ?? CONFIG_HINTS[code] });
}
