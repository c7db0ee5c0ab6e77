import type { DomainConfigInput } from './schema.ts';
import type { Entries, Entry } from './entry.ts';
import type { Fields } from './fields.ts';
import { invalid, refuseUnknownKeys } from './fields.ts';
import { parseMemorySize } from './memory-size.ts';

/** The keys of a configuration in JSON, and the field that each of them is. */
export const JSON_KEYS = {
  name: 'name',
  uuid: 'uuid',
  type: 'type',
  kernel: 'kernel',
  ramdisk: 'ramdisk',
  cmdline: 'cmdline',
  memory: 'memoryKib',
  maxMemory: 'maxMemoryKib',
  vcpus: 'vcpus',
  onPoweroff: 'onPoweroff',
  onReboot: 'onReboot',
  onCrash: 'onCrash',
} as const satisfies Record<string, keyof DomainConfigInput>;

/** Fields from the entries of a JSON file: the names of a DomainConfig, but people count memory in MiB or GiB. */
export function fieldsOfJson(entries: Entries): Fields {
  refuseUnknownKeys(entries, Object.keys(JSON_KEYS));
  const fields: Fields = new Map();
  for (const [key, field] of Object.entries(JSON_KEYS)) {
    const entry = entries.get(key);
    if (entry === undefined) continue;
    const isMemory = field === 'memoryKib' || field === 'maxMemoryKib';
    fields.set(field, { value: isMemory ? readMemory(entry) : entry.value, entry });
  }
  return fields;
}

function readMemory(entry: Entry): number {
  const { value } = entry;
  const kib =
    typeof value === 'string' || typeof value === 'number' ? parseMemorySize(String(value)) : undefined;
  if (kib === undefined)
    throw invalid(entry, 'must be a whole number of MiB, or a string such as "512MiB" or "2GiB"');
  return kib;
}
