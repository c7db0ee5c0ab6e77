import { isAbsolute, resolve } from 'node:path';
import type { VmToolsError } from '@vm-tools/errors';
import { suggest } from '@vm-tools/words';
import { configError, type Position } from './problems/config-error.ts';
import type { Findings } from './problems/findings.ts';
import { KEYS, type Field } from './keys/keys.ts';
import type { Entry } from './text/entry.ts';

/** One device of a list: what a complaint calls it, and where it stands. */
export interface Item {
  /** "disk 2" in xl.cfg, "disks[1]" in JSON: as the one and the other count */
  readonly name: string;
  readonly position: Position;
}

/** A field as a file gives it, with the entry that a complaint about it points to. */
export interface GivenField {
  readonly value: unknown;
  readonly entry: Entry;
  /** Of each item that a list of devices has. One that could not be read is in neither. */
  readonly items?: readonly Item[];
}

/** Fields of a DomainConfig as a file gives them. */
export type Fields = Map<Field, GivenField>;

/** The error for an entry whose value will not do. */
export function invalid(entry: Entry, message: string, hint?: string): VmToolsError {
  return configError('CONFIG_INVALID', entry.valuePosition, `${entry.key} ${message}`, {
    key: entry.key,
    hint,
  });
}

/** The error for an entry that is right for xl and too much for these tools. */
export function unsupported(entry: Entry, message: string, hint?: string): VmToolsError {
  const { key } = entry;
  return configError('CONFIG_UNSUPPORTED', entry.valuePosition, `${key} ${message}`, { key, hint });
}

/** The error for an entry whose key is none of `known`. */
export function unknownKey({ key, keyPosition }: Entry, known: readonly string[]): VmToolsError {
  const meant = suggest(key, known);
  const shown = key.length > 64 ? `${key.slice(0, 64)}…` : key;
  const error = configError('CONFIG_UNKNOWN_KEY', keyPosition, `unknown key ${JSON.stringify(shown)}`, {
    key: shown,
    hint: meant === undefined ? `known keys: ${known.slice(0, 24).join(', ')}` : `did you mean "${meant}"?`,
  });
  return meant === undefined ? error : error.with({ details: { meant } });
}

/** Paths on a disk of the guest, where a bootloader looks for them. */
const ON_DISK: readonly Field[] = ['kernel', 'ramdisk'];

/** Makes relative paths absolute, as xl takes them: by the folder in which the command was given. */
export function resolvePaths(fields: Fields, folder: string, findings: Findings): void {
  const hasBootloader = fields.has('bootloader');
  for (const [field, given] of fields) {
    const { value, entry } = given;
    if (field === 'disks') fields.set(field, resolveTargets(given, folder, findings));
    if (hasBootloader && ON_DISK.includes(field)) continue;
    if (KEYS[field].kind !== 'path' || typeof value !== 'string' || value === '' || isAbsolute(value))
      continue;
    const path = resolve(folder, value);
    fields.set(field, { value: path, entry });
    findings.warn(entry.valuePosition, `${entry.key} is relative to the working directory: ${path}`);
  }
}

/** Of disks whose target is a path here: a script or another domain may understand something else by it. */
function resolveTargets(given: GivenField, folder: string, findings: Findings): GivenField {
  if (!Array.isArray(given.value)) return given;
  const value = given.value.map((disk: Readonly<Record<string, unknown>> | null, index) => {
    const { target, script, backend } = disk ?? {};
    if (typeof target !== 'string' || target === '' || isAbsolute(target)) return disk;
    if (script !== undefined || backend !== undefined) return disk;
    const path = resolve(folder, target);
    const item = given.items?.[index];
    findings.warn(
      item?.position ?? given.entry.valuePosition,
      `${item?.name ?? given.entry.key} has a target relative to the working directory: ${path}`,
    );
    return { ...disk, target: path };
  });
  return { ...given, value };
}
