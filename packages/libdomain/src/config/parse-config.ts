import { VmToolsError } from '@vm-tools/errors';
import type { Position } from './config-error.ts';
import { configError } from './config-error.ts';
import type { DomainConfig, NewDomainConfig } from './schema.ts';
import { domainConfigSchema, XL_ACTIONS } from './schema.ts';
import type { Fields } from './fields.ts';
import { invalid, unsupported } from './fields.ts';
import { fieldsOfJson, JSON_KEYS } from './json-fields.ts';
import { applyOverrides } from './overrides.ts';
import { readJson } from './read-json.ts';
import { readXl } from './read-xl.ts';
import { fieldsOfXl } from './xl-fields.ts';

/** No configuration is as long as this; a disk image given by mistake is. */
export const MAX_CONFIG_BYTES = 2 ** 20;

export interface ParseConfigOptions {
  /** `key=value` strings in the keys of the file's own format; they replace what the file says */
  readonly overrides?: readonly string[];
  /** told of what is ignored, as "file:line: sentence" */
  readonly onWarning?: (message: string) => void;
}

/** What xl can do and these tools cannot, in either format. */
const UNSUPPORTED_VALUES: Partial<Record<string, readonly string[]>> = {
  type: ['hvm'],
  onPoweroff: XL_ACTIONS,
  onReboot: XL_ACTIONS,
  onCrash: XL_ACTIONS,
};

type Format = 'json' | 'xl';

/**
 * Reads the configuration of a domain: JSON if it begins with a brace, else the everyday subset of xl.cfg.
 *
 * @param fileName only to name the place of an error
 * @throws VmToolsError CONFIG_SYNTAX, CONFIG_UNKNOWN_KEY, CONFIG_UNSUPPORTED or CONFIG_INVALID, of kind usage, with
 *   details file, line, column and key
 */
export function parseConfig(
  text: string,
  fileName: string,
  options: ParseConfigOptions = {},
): NewDomainConfig {
  const start: Position = { file: fileName, line: 1, column: 1 };
  if (text.length > MAX_CONFIG_BYTES) {
    throw configError('CONFIG_INVALID', start, 'this is too long for a configuration');
  }
  const source = text.replace(/^\uFEFF/, '');
  const format: Format = /^\s*\{/.test(source) ? 'json' : 'xl';
  const entries = format === 'json' ? readJson(source, fileName) : readXl(source, fileName);
  applyOverrides(entries, options.overrides ?? [], format);
  const fields =
    format === 'json' ? fieldsOfJson(entries) : fieldsOfXl(entries, options.onWarning ?? (() => undefined));
  refuseUnsupportedValues(fields);
  return validate(fields, start, format);
}

function refuseUnsupportedValues(fields: Fields): void {
  for (const [field, { value, entry }] of fields) {
    if (typeof value === 'string' && UNSUPPORTED_VALUES[field]?.includes(value) === true) {
      throw unsupported(entry, `"${value}" is not supported yet`);
    }
  }
}

function validate(fields: Fields, start: Position, format: Format): NewDomainConfig {
  const plain = Object.fromEntries([...fields].map(([field, { value }]) => [field, value]));
  const result = domainConfigSchema.safeParse(plain);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const field = issue?.path[0] as keyof DomainConfig;
  const given = fields.get(field);
  if (given === undefined) {
    const key = keyOf(field, format);
    throw configError('CONFIG_INVALID', start, `${key} is missing`, { key });
  }
  const shown = typeof given.value === 'string' ? `: ${JSON.stringify(given.value.slice(0, 64))}` : '';
  throw invalid(given.entry, `${issue?.message ?? 'is invalid'}${shown}`);
}

/** What a file of this format calls a field that it does not have. */
function keyOf(field: keyof DomainConfig, format: Format): string {
  if (format === 'xl' && field === 'maxMemoryKib') return 'maxmem';
  return Object.entries(JSON_KEYS).find(([, name]) => name === field)?.[0] ?? field;
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
