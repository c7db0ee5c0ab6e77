import type { WantedOfVcpu } from '../scheduling/scheduling.ts';
import { CONFIG_HINTS, configError } from './problems/config-error.ts';
import { invalid, type Fields } from './fields.ts';
import type { Findings } from './problems/findings.ts';
import { KEYS, type Field } from './keys/keys.ts';
import { MAX_VCPUS } from './keys/values.ts';
import type { Entry, EntryValue } from './text/entry.ts';
import type { ProcessorsField } from './processors.ts';
import { readProcessorsSpec } from './xl/processors-spec.ts';
import { SpecError } from './xl/spec-error.ts';

export function isProcessorsField(field: Field): field is ProcessorsField {
  return KEYS[field].kind === 'processors';
}

/**
 * Adds the processors that an entry names: one text for all vCPUs, or a list with one for each of the first ones. In
 * JSON, one may be a list of numbers, too.
 *
 * @param vcpus how many the domain has, as far as that is known
 * @throws VmToolsError CONFIG_INVALID
 */
export function addProcessors(
  fields: Fields,
  {
    field,
    entry,
    vcpus,
  }: { readonly field: ProcessorsField; readonly entry: Entry; readonly vcpus: unknown },
  findings: Findings,
): void {
  const { value } = entry;
  // What is wrong with the number of vCPUs is told elsewhere.
  const count = Number.isInteger(vcpus) ? Math.min(Math.max(Number(vcpus), 1), MAX_VCPUS) : 1;
  if (typeof value === 'string') {
    const cpus = readOne(value, field, entry);
    fields.set(field, { value: Array.from({ length: count }, () => cpus), entry });
    return;
  }
  if (!Array.isArray(value)) throw invalid(entry, 'must be a text such as "0-3,^1", or a list of such');
  const items = value as readonly EntryValue[];
  const lists = items.map((item) => (typeof item === 'string' ? readOne(item, field, entry) : item));
  if (lists.length > count)
    findings.warn(entry.valuePosition, `${entry.key} names processors for more vCPUs than there are`);
  fields.set(field, { value: lists.slice(0, count), entry });
}

function readOne(spec: string, field: ProcessorsField, { key, valuePosition }: Entry): WantedOfVcpu {
  // Xen takes no preference at all for none; it must run on some processor, though.
  if (spec === '' && field === 'cpusSoft') return [];
  try {
    return readProcessorsSpec(spec);
  } catch (thrown) {
    if (!(thrown instanceof SpecError)) throw thrown;
    const { code, message, hint = CONFIG_HINTS[thrown.code] } = thrown;
    throw configError(code, valuePosition, `${key}: ${message}`, { key, hint });
  }
}
