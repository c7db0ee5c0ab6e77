import { isDeepStrictEqual } from 'node:util';
import { VmToolsError } from '@vm-tools/errors';
import type * as z from 'zod';
import { CONFIG_HINTS, configError } from './problems/config-error.ts';
import { Findings } from './problems/findings.ts';
import { FIELDS, KEYS, type Field } from './keys/keys.ts';
import { isSecret } from './problems/item-problems.ts';
import { parseConfig, type PlacedConfig } from './parse-config.ts';
import { isDeviceField, readSpec, type DeviceField } from './read-devices.ts';
import type { NewDomainConfig } from './schema.ts';
import { SpecError } from './xl/spec-error.ts';
import { writeSpec } from './xl/write-spec.ts';
import { writeXl } from './xl/write-xl.ts';

/** More than the configuration itself. */
export interface FormatXlConfigOptions {
  /** Where its own file says what, for errors. */
  readonly places?: PlacedConfig['places'];
}

/**
 * The configuration as an xl.cfg that `parseConfig`, and xl, read back to the same. What xl assumes anyway is left out.
 *
 * @throws VmToolsError CONFIG_NOT_IN_XL, kind usage, which names each value that xl.cfg has no words for, also in
 *   `details.problems`
 */
export function formatXlConfig(config: NewDomainConfig, { places = {} }: FormatXlConfigOptions = {}): string {
  const findings = new Findings();
  const statements = FIELDS.flatMap((field) => {
    if (isAssumed(field, config)) return [];
    const problems = problemsOf(field, config);
    for (const problem of problems) findings.add(notInXl(field, problem, places));
    return problems.length === 0 ? [writeXl(field, config[field]) ?? ''] : [];
  });
  findings.throwIfAny();
  const text = `${statements.join('\n')}\n`;
  for (const field of fieldsLost(config, text))
    findings.add(notInXl(field, { name: KEYS[field].json, value: config[field] }, places));
  findings.throwIfAny();
  return text;
}

/** Whether a file says the same by not saying it. The type is said: it is what the rest goes by. */
function isAssumed(field: Field, config: NewDomainConfig): boolean {
  const value = config[field];
  if (value === undefined) return true;
  if (field === 'type') return false;
  if (field === 'maxMemoryKib') return value === config.memoryKib;
  if (field === 'maxVcpus') return value === config.vcpus;
  // Where the file does not count the vCPUs, xl keeps none to some processors.
  if (field === 'vcpus' && (config.cpus ?? config.cpusSoft) !== undefined) return false;
  const absent = KEYS[field].schema.safeParse(undefined);
  return absent.success && isDeepStrictEqual(absent.data, value);
}

/** A value that cannot be written: what it is called in JSON, and the value itself where that may be shown. */
interface Unsayable {
  readonly name: string;
  readonly value?: unknown;
  readonly hint?: string;
}

function problemsOf(field: Field, config: NewDomainConfig): Unsayable[] {
  const { json, kind } = KEYS[field];
  if (isDeviceField(field)) {
    const devices: readonly object[] = config[field];
    return devices.flatMap((device, index) => problemsOfDevice(field, device, `${json}[${index}]`));
  }
  const value = config[field];
  if (writeXl(field, value)?.isWellFormed() === true) return [];
  if (kind !== 'memory') return [{ name: json, value }];
  return [{ name: json, value: `${JSON.stringify(value)}KiB`, hint: 'write a whole number of MiB' }];
}

function problemsOfDevice(field: DeviceField, device: object, name: string): Unsayable[] {
  const read = readBack(field, writeSpec(field, device));
  const lost = Object.entries<unknown>({ ...device })
    .filter(([key, value]) => isLost(key, value, read))
    .map(([key, value]) => ({
      name: `${name}.${key}`,
      ...(isSecret(key) ? {} : { value }),
      ...(typeof value === 'string' ? { hint: HINT_FOR_TEXT } : {}),
    }));
  return lost.length === 0 && read === undefined ? [{ name, hint: HINT_FOR_TEXT }] : lost;
}

const HINT_FOR_TEXT = 'leave commas and outer blanks out of it, or keep this configuration in JSON';

/** @param read of the device; undefined when it could not be read, and what has a comma is to blame */
function isLost(key: string, value: unknown, read: Readonly<Record<string, unknown>> | undefined): boolean {
  if (typeof value === 'string' && !value.isWellFormed()) return true;
  if (read === undefined) return typeof value === 'string' && value.includes(',') && key !== 'target';
  return read[key] !== value && !isAsIfAbsent(key, value);
}

/** What a disk is without a word about it. */
function isAsIfAbsent(key: string, value: unknown): boolean {
  return (key === 'directIoSafe' && value === false) || (key === 'trusted' && value === true);
}

/** Undefined for what is no device. */
function readBack(field: DeviceField, spec: string): Readonly<Record<string, unknown>> | undefined {
  const schema: z.ZodType = KEYS[field].schema;
  try {
    const { data } = schema.safeParse([readSpec(field, spec, () => undefined)]);
    return (data as readonly Readonly<Record<string, unknown>>[] | undefined)?.[0];
  } catch (thrown) {
    if (thrown instanceof SpecError) return undefined;
    throw thrown;
  }
}

/** The fields that are others, or none, when the text is read. */
function fieldsLost(config: NewDomainConfig, text: string): Field[] {
  try {
    const read = parseConfig(text, 'xl.cfg', { folder: '/' });
    return FIELDS.filter((field) => !isDeviceField(field) && !isDeepStrictEqual(read[field], config[field]));
  } catch (thrown) {
    const { problems } = thrown instanceof VmToolsError ? thrown.details : {};
    const keys = Array.isArray(problems) ? problems.map(({ key }: { key?: string }) => key) : [];
    const lost = FIELDS.filter((field) => keys.includes(KEYS[field].xl));
    if (lost.length === 0) throw thrown;
    return lost;
  }
}

function notInXl(
  field: Field,
  { name, value, hint = CONFIG_HINTS.CONFIG_NOT_IN_XL }: Unsayable,
  places: PlacedConfig['places'],
): VmToolsError {
  const shown = value === undefined ? '' : `: ${JSON.stringify(value).slice(0, 64)}`;
  const message = `${name} has a value for which xl.cfg has no words${shown}`;
  const { json: key } = KEYS[field];
  const place = places[field];
  if (place !== undefined) return configError('CONFIG_NOT_IN_XL', place, message, { key, hint });
  return new VmToolsError({ code: 'CONFIG_NOT_IN_XL', kind: 'usage', message, hint, details: { key } });
}
