import { VmToolsError } from '@vm-tools/errors';
import type { Position } from './problems/config-error.ts';
import { configError, formatPosition } from './problems/config-error.ts';
import type { Fields } from './fields.ts';
import { invalid, resolvePaths, unsupported } from './fields.ts';
import { hintOf, problemsOfItem } from './problems/item-problems.ts';
import { Findings, type ConfigWarning } from './problems/findings.ts';
import { fieldsOfJson } from './json/json-fields.ts';
import { readJson } from './json/read-json.ts';
import { KEYS, type Field } from './keys/keys.ts';
import { XL_ACTIONS } from './keys/values.ts';
import type { NewDomainConfig } from './schema.ts';
import { domainConfigSchema } from './schema.ts';
import type { Entries, Entry } from './text/entry.ts';
import { applyOverrides } from './xl/overrides.ts';
import { readXl } from './xl/read-xl.ts';
import { fieldsOfXl } from './xl/xl-fields.ts';

/** No configuration is as long as this; a disk image given by mistake is. */
export const MAX_CONFIG_BYTES = 2 ** 20;

/** The settings read besides the file, and the receiver of warnings. */
export interface ParseConfigOptions {
  /** `key=value` strings in the keys of the file's own format; they replace what the file says */
  readonly overrides?: readonly string[];
  /** that relative paths begin in, as xl takes them. @default the working directory */
  readonly folder?: string;
  /**
   * May take out entries of a JSON file that say nothing of a domain itself, and put others in their place, before any
   * is read; what it throws is reported with the rest.
   */
  readonly prepare?: (entries: Entries) => void;
  /** told of what is ignored or assumed, as "file:line:column: sentence", and in its parts */
  readonly onWarning?: (message: string, warning: ConfigWarning) => void;
}

/** A configuration, and where its file or the command line says what. */
export interface PlacedConfig {
  readonly config: NewDomainConfig;
  readonly places: Readonly<Partial<Record<Field, Position>>>;
  readonly format: ConfigFormat;
}

/** The format of a file: JSON with the names of a `DomainConfig`, or xl.cfg. */
export type ConfigFormat = 'json' | 'xl';

/**
 * Reads the configuration of a domain: JSON if it begins with a brace, else the everyday subset of xl.cfg. All that is
 * wrong with it is reported at once.
 *
 * @param fileName only to name the place of an error
 * @throws VmToolsError CONFIG_SYNTAX, CONFIG_UNKNOWN_KEY, CONFIG_UNSUPPORTED or CONFIG_INVALID, of kind usage: the
 *   first problem, with details file, line, column and key. Its message tells all of them, one after the other, and
 *   `details.problems` has each with its own message, hint and place
 */
export function parseConfig(
  text: string,
  fileName: string,
  options: ParseConfigOptions = {},
): NewDomainConfig {
  return parsePlacedConfig(text, fileName, options).config;
}

/** As `parseConfig`; and where what stands. */
export function parsePlacedConfig(
  text: string,
  fileName: string,
  { overrides = [], folder = process.cwd(), prepare, onWarning }: ParseConfigOptions = {},
): PlacedConfig {
  const start: Position = { file: fileName, line: 1, column: 1 };
  if (text.length > MAX_CONFIG_BYTES) {
    throw configError('CONFIG_INVALID', start, 'this is too long for a configuration');
  }
  const source = text.replace(/^\uFEFF/, '');
  const format: ConfigFormat = /^\s*\{/.test(source) ? 'json' : 'xl';
  const findings = new Findings();
  const entries =
    format === 'json' ? readJson(source, fileName, findings) : readXl(source, fileName, findings);
  if (entries.has('c_info') && entries.has('b_info')) findings.add(libxlJson(start));
  // When nothing could be read, or not to the end, nothing is missing either.
  if (format === 'json' || entries.size === 0) findings.throwIfAny();
  applyOverrides(entries, overrides, format, findings);
  if (format === 'json') findings.collect(() => prepare?.(entries));
  const fields = format === 'json' ? fieldsOfJson(entries, findings) : fieldsOfXl(entries, findings);
  resolvePaths(fields, folder, findings);
  const config = validate(fields, { start, format, findings });
  for (const warning of findings.warnings)
    onWarning?.(`${formatPosition(warning.position)}: ${warning.sentence}`, warning);
  findings.throwIfAny();
  const places = Object.fromEntries([...fields].map(([field, { entry }]) => [field, entry.valuePosition]));
  return { config: config as NewDomainConfig, places, format };
}

/** As `xl list -l` prints it, and as it is kept with each domain: xl refuses it, too. */
function libxlJson(start: Position): VmToolsError {
  return configError('CONFIG_UNSUPPORTED', start, 'this is the JSON of libxl, in which domains are kept', {
    hint: 'write {"name": …, "type": …, "kernel": …, "memory": …}',
  });
}

interface Validation {
  readonly start: Position;
  readonly format: ConfigFormat;
  readonly findings: Findings;
}

/** Finds what is wrong with the values; undefined if something is. */
function validate(fields: Fields, { start, format, findings }: Validation): NewDomainConfig | undefined {
  const plain = Object.fromEntries([...fields].map(([field, { value }]) => [field, value]));
  const isHvm = refuseUnsupportedValues(fields, findings);
  // The rest is looked at as if it were of a type that there is.
  const result = domainConfigSchema.safeParse(isHvm ? { ...plain, ...asPvh(plain) } : plain);
  if (result.success) return result.data;
  for (const issue of result.error.issues) {
    const field = issue.path[0] as Field;
    const given = fields.get(field);
    const key = KEYS[field][format];
    const item = given?.items?.[issue.path[1] as number];
    if (given !== undefined && item !== undefined)
      for (const problem of problemsOfItem(issue, { given, item, format })) findings.add(problem);
    else if (given === undefined) {
      const isNeeded = field !== 'kernel' || (!isHvm && !fields.has('bootloader'));
      if (isNeeded && !findings.concern(key))
        findings.addMissing(
          configError('CONFIG_INVALID', start, `${key} is missing`, {
            key,
            hint: hintForMissing(field, format),
          }),
        );
    } else if (!findings.concern(given.entry.key)) {
      const shown = typeof given.value === 'string' ? `: ${JSON.stringify(given.value.slice(0, 64))}` : '';
      const hint = KEYS[field].kind === 'action' ? 'write "destroy", "restart" or "preserve"' : hintOf(issue);
      findings.add(invalid(given.entry, `${issue.message}${shown}`, hint));
    }
  }
  return undefined;
}

/** The same for a type that there is: an emulated network card is none of the mistakes of an hvm domain. */
function asPvh({ networks }: Readonly<Record<string, unknown>>): object {
  if (!Array.isArray(networks)) return { type: 'pvh' };
  return { type: 'pvh', networks: networks.map(({ type: _, ...network }: { type?: unknown }) => network) };
}

/** @returns whether it is of type hvm, for which much else is right */
function refuseUnsupportedValues(fields: Fields, findings: Findings): boolean {
  for (const [field, { value, entry }] of fields) {
    const isPossible = field === 'onSoftReset' && value === 'soft-reset';
    const isOfXl = KEYS[field].kind === 'action' && (XL_ACTIONS as readonly unknown[]).includes(value);
    if (isOfXl && !isPossible) {
      const hint = 'write "preserve" to keep it as it is then, or "restart"';
      findings.add(unsupported(entry, `"${String(value)}" is not supported yet`, hint));
    }
  }
  const type = fields.get('type');
  if (type?.value !== 'hvm') return false;
  findings.add(unsupported(type.entry, '"hvm" is not supported yet', hintForHvm(type.entry)));
  return true;
}

function hintForHvm({ key }: Entry): string {
  return key === 'builder'
    ? 'write type = "pvh" in place of builder, and name a kernel'
    : 'write type = "pvh", and name a kernel';
}

function hintForMissing(field: Field, format: ConfigFormat): string {
  const example = { kernel: '"/boot/vmlinuz"', memoryKib: '512' }[field as string] ?? '"web1"';
  const { json, xl } = KEYS[field];
  return format === 'json' ? `add "${json}": ${example}` : `add ${xl} = ${example}`;
}

/**
 * Completes and checks a configuration that a program has put together.
 *
 * @throws VmToolsError CONFIG_INVALID
 */
export function checkConfig(config: unknown): NewDomainConfig {
  const result = domainConfigSchema.safeParse(config);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const key = issue?.path.join('.') ?? '';
  throw new VmToolsError({
    code: 'CONFIG_INVALID',
    kind: 'usage',
    message: `invalid configuration: ${key === '' ? '' : `${key} `}${issue?.message ?? ''}`,
    hint: `correct ${key === '' ? 'it' : key}`,
    details: { key },
  });
}
