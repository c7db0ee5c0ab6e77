import type { Fields } from '../fields.ts';
import { invalid, unknownKey, unsupported } from '../fields.ts';
import type { Findings } from '../problems/findings.ts';
import { IMAGE_KEY } from '../image/image-fields.ts';
import { FIELDS, KEYS } from '../keys/keys.ts';
import { parseMemorySize } from '../memory-size.ts';
import { sizeWords } from '@vm-tools/words';
import { isDeviceField, readDevices } from '../read-devices.ts';
import { addProcessors, isProcessorsField } from '../read-processors.ts';
import type { Entries, Entry } from '../text/entry.ts';

/** By it an editor finds the JSON Schema of a file. */
const SCHEMA = '$schema';

/** Of an image, which a reader that knows what to do with it has taken out before. */
const ASK = 'see what is made of it: vm-create --dry-run FILE';

const JSON_KEYS = FIELDS.map((field) => KEYS[field].json);

/** Fields from the entries of a JSON file: the names of a DomainConfig, but people count memory in MiB or GiB. */
export function fieldsOfJson(entries: Entries, findings: Findings): Fields {
  for (const entry of entries.values()) {
    if (entry.key === SCHEMA) continue;
    if (entry.key === IMAGE_KEY)
      findings.add(unsupported(entry, 'is for vm-create, which makes a disk of it', ASK));
    else if (!(JSON_KEYS as string[]).includes(entry.key)) findings.add(unknownKey(entry, JSON_KEYS));
  }
  const fields: Fields = new Map();
  for (const field of FIELDS) {
    const { json, kind } = KEYS[field];
    const entry = entries.get(json);
    if (entry === undefined || isProcessorsField(field)) continue;
    findings.collect(() => {
      if (isDeviceField(field)) fields.set(field, readDevices(entry, field, 'json', findings));
      else fields.set(field, { value: kind === 'memory' ? readMemory(entry) : entry.value, entry });
    });
  }
  const vcpus = (fields.get('maxVcpus') ?? fields.get('vcpus'))?.value;
  for (const field of FIELDS.filter(isProcessorsField)) {
    const entry = entries.get(KEYS[field].json);
    if (entry !== undefined) findings.collect(() => addProcessors(fields, { field, entry, vcpus }, findings));
  }
  return fields;
}

function readMemory(entry: Entry): number {
  const { value } = entry;
  const text = typeof value === 'number' && Number.isInteger(value) ? String(value) : value;
  const kib = typeof text === 'string' ? parseMemorySize(text) : undefined;
  if (kib !== undefined) return kib;
  throw invalid(entry, 'must be a whole number of MiB, or a size', `write it in quotes ${sizeWords()}`);
}
