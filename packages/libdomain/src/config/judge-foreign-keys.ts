import { suggest } from '@vm-tools/words';
import { configError } from './config-error.ts';
import type { Entries, Entry } from './entry.ts';
import { unknownKey, unsupported } from './fields.ts';
import type { Findings } from './findings.ts';
import { FOREIGN_KEYS, FORGOTTEN_KEYS, type XlType } from './keys/foreign.ts';
import { FIELDS, KEYS } from './keys/keys.ts';

/** The keys of xl.cfg that a DomainConfig is made from: those of its fields, and older or additional words for them. */
export const XL_KEYS: readonly string[] = [
  ...FIELDS.map((field) => KEYS[field].xl),
  ...['builder', 'root', 'extra', 'maxvcpus'],
];

const KNOWN_KEYS = [...XL_KEYS, ...Object.keys(FOREIGN_KEYS), ...FORGOTTEN_KEYS];

/**
 * What to do about the keys that a DomainConfig has no field for. What would change the domain is refused. What does
 * not, for its type or its value, is accepted with a warning, and so is what xl does not know either, for it says
 * nothing about it; unless it looks like a slip of the pen.
 */
export function judgeForeignKeys(entries: Entries, type: XlType, findings: Findings): void {
  for (const entry of entries.values()) {
    if (XL_KEYS.includes(entry.key)) continue;
    if (Object.hasOwn(FOREIGN_KEYS, entry.key)) judge(entry, type, findings);
    else judgeUnknown(entry, findings);
  }
}

function judge(entry: Entry, type: XlType, findings: Findings): void {
  const { key, value, keyPosition } = entry;
  const foreign = FOREIGN_KEYS[key];
  if (foreign === undefined) return;
  if (Array.isArray(value) && value.length === 0) return; // `disk = []` asks for nothing
  if (foreign.types.length === 0) findings.warn(keyPosition, `${key} is ignored`);
  else if (foreign.idle.includes(value as string))
    findings.warn(keyPosition, `${key} = ${String(value)} changes nothing`);
  else if (foreign.types.includes(type))
    findings.add(unsupported(entry, 'is not supported yet', foreign.hint));
  else if (foreign.otherwise !== undefined && Number(value) !== 0)
    findings.warn(keyPosition, `${key} is ignored: ${foreign.otherwise}`);
  else findings.warn(keyPosition, `${key} has no effect on a ${type} domain`);
}

function judgeUnknown(entry: Entry, findings: Findings): void {
  const { key, keyPosition } = entry;
  if (FORGOTTEN_KEYS.includes(key)) findings.warn(keyPosition, `${key} is ignored, as by xl`);
  else if (suggest(key, KNOWN_KEYS) !== undefined) findings.add(unknownKey(entry, KNOWN_KEYS));
  else if (/^[a-z][._0-9a-z]*$/.test(key))
    findings.warn(keyPosition, `${key} is no key that xl knows, and is ignored`);
  else
    findings.add(
      configError('CONFIG_SYNTAX', keyPosition, `${key.slice(0, 64)} cannot be a key`, {
        key,
        hint: 'keys have small letters, digits and underscores; correct it, or leave it out',
      }),
    );
}
