import { configError, Findings } from '@vm-tools/libdomain';
import type { VmToolsError } from '@vm-tools/errors';
import { suggest } from '@vm-tools/words';
import { parse, TomlError } from 'smol-toml';
import type * as z from 'zod';
import { locate } from './locate.ts';
import { configSchema, type Config } from './schema.ts';

/** No configuration is as long as this. */
export const MAX_CONFIG_BYTES = 2 ** 16;

/** Tables within tables; ours have one. */
const MAX_DEPTH = 8;

/**
 * Reads what is in xfrd.toml. All that is wrong with it is reported at once.
 *
 * @param file only to name the place of an error
 * @throws VmToolsError CONFIG_SYNTAX, CONFIG_UNKNOWN_KEY or CONFIG_INVALID, of kind usage, with details file, line,
 *   column and key
 */
export function parseConfig(text: string, file: string): Config {
  const { data, error } = configSchema.safeParse(parseToml(text, file));
  const findings = new Findings();
  for (const issue of error?.issues ?? [])
    for (const problem of problemsOf(issue, text, file)) findings.add(problem);
  findings.throwIfAny();
  return data as Config;
}

function problemsOf(issue: z.core.$ZodIssue, text: string, file: string): readonly VmToolsError[] {
  const { path } = issue;
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => unknownKey([...path, key], text, file));
  const key = nameOf(path);
  const hint: unknown = issue.code === 'custom' ? issue.params?.['hint'] : undefined;
  return [
    configError('CONFIG_INVALID', { file, ...locate(text, path) }, `${key} ${issue.message}`, {
      key,
      hint: typeof hint === 'string' ? hint : undefined,
    }),
  ];
}

function parseToml(text: string, file: string): unknown {
  try {
    return parse(text.replace(/^\uFEFF/, ''), { maxDepth: MAX_DEPTH });
  } catch (thrown) {
    if (!(thrown instanceof TomlError)) throw thrown;
    const { line, column, message } = thrown;
    const [sentence = ''] = message.replace('Invalid TOML document: ', '').split('\n');
    throw configError('CONFIG_SYNTAX', { file, line, column }, sentence, {
      hint: 'write TOML: lines of the form key = value, with text in quotes',
    });
  }
}

function unknownKey(keys: readonly PropertyKey[], text: string, file: string): VmToolsError {
  const path = keys.slice(0, -1);
  const key = String(keys.at(-1));
  const [table] = path.filter((name) => typeof name === 'string');
  const known = Object.keys(shapeOf(table));
  const meant = suggest(key, known);
  const shown = key.slice(0, 64);
  const where = { file, ...locate(text, keys) };
  return configError('CONFIG_UNKNOWN_KEY', where, `unknown key ${JSON.stringify(shown)}`, {
    key: nameOf([...path, shown]),
    hint: meant === undefined ? `known keys: ${known.join(', ')}` : `did you mean "${meant}"?`,
  });
}

function shapeOf(table: string | undefined): object {
  const { shape } = configSchema;
  if (table === 'bandwidth' || table === 'timeouts' || table === 'connections')
    return shape[table].unwrap().shape;
  return shape;
}

/** e.g. "bandwidth.host" */
function nameOf(keys: readonly PropertyKey[]): string {
  return keys.filter((key) => typeof key === 'string').join('.');
}
