import type { VmToolsError } from '@vm-tools/errors';
import { editDistance, suggest } from '@vm-tools/words';
import { configError, type Position } from '../problems/config-error.ts';
import { invalid, unknownKey, unsupported } from '../fields.ts';
import type { Findings } from '../problems/findings.ts';
import { FOREIGN_KEYS, FORGOTTEN_KEYS, type ForeignKey, type XlType } from '../keys/foreign.ts';
import { FIELDS, KEYS } from '../keys/keys.ts';
import type { Entries, Entry } from '../text/entry.ts';

/** The keys of xl.cfg that a DomainConfig is made from: those of its fields, and older or additional words for them. */
export const XL_KEYS: readonly string[] = [
  ...FIELDS.map((field) => KEYS[field].xl),
  ...['builder', 'root', 'extra'],
];

const KNOWN_KEYS = [...XL_KEYS, ...Object.keys(FOREIGN_KEYS), ...FORGOTTEN_KEYS];

/** What the keys are judged by. */
export interface JudgeOptions {
  readonly type: XlType;
  /** Keys that make a device of this domain. */
  readonly taken: readonly string[];
}

/**
 * Judges the keys that a DomainConfig has no field for. A key that would change the domain is refused. One that does
 * not, for its type or its value, is accepted with a warning. So is one that xl does not know either, because xl says
 * nothing about it; unless it looks like a typo.
 */
export function judgeForeignKeys(entries: Entries, { type, taken }: JudgeOptions, findings: Findings): void {
  for (const entry of entries.values()) {
    if (entry.repeatedAt !== undefined) judgeRepeated(entry, entry.repeatedAt, findings);
    if (XL_KEYS.includes(entry.key) || taken.includes(entry.key)) continue;
    if (Object.hasOwn(FOREIGN_KEYS, entry.key)) judge(entry, type, findings);
    else judgeUnknown(entry, findings);
  }
}

/** Of what is ignored, the other value is ignored as well. */
function judgeRepeated({ key, keyPosition }: Entry, again: Position, findings: Findings): void {
  if (!XL_KEYS.includes(key) && (FOREIGN_KEYS[key]?.types ?? []).length === 0) return;
  findings.add(
    configError('CONFIG_INVALID', again, `${key} is given twice`, {
      key,
      hint: `it was given at line ${keyPosition.line} already; += adds to a value`,
    }),
  );
}

function judge(entry: Entry, type: XlType, findings: Findings): void {
  const { key, value, keyPosition } = entry;
  const foreign = FOREIGN_KEYS[key];
  if (foreign === undefined) return;
  const fault = faultOf(entry, foreign, type);
  if (fault !== undefined) {
    findings.add(fault);
    return;
  }
  if (Array.isArray(value) && value.length === 0) return; // `disk = []` asks for nothing
  if (foreign.types.length === 0) findings.warn(keyPosition, `${key} is ignored`);
  else if (!foreign.types.includes(type)) findings.warn(keyPosition, withoutEffect(entry, foreign, type));
  else if (typeof value === 'string' && foreign.idle.includes(value.toLowerCase()))
    findings.warn(keyPosition, `${key} = ${value} changes nothing`);
  else findings.add(unsupported(entry, refusalOf(foreign), foreign.hint));
}

function refusalOf({ why }: ForeignKey): string {
  return why === undefined ? 'is not supported yet' : `is not supported: ${why}`;
}

/** The error for a value that xl itself refuses. */
function faultOf(entry: Entry, foreign: ForeignKey, type: XlType): VmToolsError | undefined {
  const { types, words, most = -1, isList, isAlwaysRead = types.length === 0 } = foreign;
  const { value } = entry;
  if ((!isAlwaysRead && !types.includes(type)) || typeof value !== 'string') return undefined;
  if (isList === true) return invalid(entry, 'must be a list', 'leave it out, or write it in brackets');
  const isNumber = /^\d+$/.test(value) && Number(value) <= most;
  if (words === undefined || words.includes(value.toLowerCase()) || isNumber) return undefined;
  const shown = JSON.stringify(value.slice(0, 64));
  return invalid(entry, `must not be ${shown}`, `leave it out, or write one of ${words.join(', ')}`);
}

function withoutEffect({ key, value }: Entry, { otherwise }: ForeignKey, type: XlType): string {
  return otherwise !== undefined && Number(value) !== 0
    ? `${key} is ignored: ${otherwise}`
    : `${key} has no effect on a ${type} domain`;
}

/** Two letters at most: what is farther away was hardly meant. */
function isSlip(key: string): boolean {
  const meant = suggest(key, KNOWN_KEYS);
  const plain = (word: string): string => word.toLowerCase().replaceAll(/[._]/g, '');
  return meant !== undefined && editDistance(plain(key), plain(meant)) <= 2;
}

function judgeUnknown(entry: Entry, findings: Findings): void {
  const { key, keyPosition } = entry;
  if (FORGOTTEN_KEYS.includes(key)) findings.warn(keyPosition, `${key} is ignored, as by xl`);
  else if (isSlip(key)) findings.add(unknownKey(entry, KNOWN_KEYS));
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
