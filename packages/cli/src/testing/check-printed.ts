import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { AnySchema, ValidateFunction } from 'ajv';

/** The published schemas: docs/schemas/README.md. */
const FOLDER = join(import.meta.dirname, '../../../../docs/schemas');
/** Their lines are their output; the result comes behind them, on stderr. */
const STREAMS = ['vm-events', 'vm-top'];
/** Options of which the next word is the value. */
const VALUED = ['--host', '--timeout'];

/** A line of a shell that is one tool with its words. */
const ALONE = /^(?=.* --json\b)(?:vm-[a-z]+|xfrd|xen-sim)\b[^|;&<>$`\n]*$/;

const require = createRequire(import.meta.url);
const files = new Set(readdirSync(FOLDER));
/** A schema is read and compiled once, and ajv loaded for the first one: most tests need few of them. */
const checks = new Map<string, Promise<ValidateFunction>>();

/**
 * What a tool has printed on stdout with --json is as its schema says: all of what is promised, and nothing besides.
 * A line that begins with another command than a tool is not looked at.
 *
 * @param line that was run
 */
export async function checkResult(line: string, value: unknown): Promise<void> {
  const file = schemaOf(line);
  if (file !== undefined) await check(file, value, line);
}

/** An error that was printed in place of a result: `{ "error": … }`. */
export function checkFailure(line: string, value: unknown): Promise<void> {
  return check('error.json', value, line);
}

/** A line that was printed on stderr. */
export function checkLine(line: string, value: unknown): Promise<void> {
  return check('line.json', value, line);
}

/**
 * All that a line has printed, where it is one of a single tool with --json: its result or its error, and what it has
 * said on stderr. Bytes of an image on stdout are not looked at.
 */
export async function checkPrinted(
  line: string,
  { stdout, stderr }: { readonly stdout: string; readonly stderr: string },
): Promise<void> {
  if (!ALONE.test(line)) return;
  const isStream = STREAMS.some((tool) => line.startsWith(tool));
  for (const value of isStream ? stdout.split('\n').flatMap(parsed) : parsed(stdout))
    await (isFailure(value) ? checkFailure(line, value) : checkResult(line, value));
  for (const value of stderr.split('\n').flatMap(parsed)) if (isEvent(value)) await checkLine(line, value);
}

/** The name of the schema of what a line prints; undefined for what is no tool, and for one that has none. */
function schemaOf(line: string): string | undefined {
  const [tool = '', ...words] = line.replace(/^(?:\w+=\S* )+/, '').split(/\s+/);
  if (STREAMS.includes(tool)) return `${tool}-line.json`;
  const word = words.find((each, index) => !each.startsWith('-') && !VALUED.includes(words[index - 1] ?? ''));
  return [`${tool}-${word}.json`, `${tool}.json`].find((file) => files.has(file));
}

async function check(file: string, value: unknown, line: string): Promise<void> {
  let compiling = checks.get(file);
  if (compiling === undefined) checks.set(file, (compiling = compile(file)));
  const isValid = await compiling;
  if (isValid(value)) return;
  const faults = isValid.errors?.map(
    ({ instancePath, message, params }) => `${instancePath || 'it'} ${message} ${JSON.stringify(params)}`,
  );
  const text = JSON.stringify(value).slice(0, 2000);
  throw new Error(`${line}: not as docs/schemas/${file} says: ${faults?.slice(0, 10).join('; ')}: ${text}`);
}

async function compile(file: string): Promise<ValidateFunction> {
  // An import() that comes so late is refused by jest where one process has run another file of tests before.
  const { Ajv2020 } = require('ajv/dist/2020.js') as typeof import('ajv/dist/2020.js');
  const schema = JSON.parse(await readFile(join(FOLDER, file), 'utf8')) as AnySchema;
  return new Ajv2020().compile(schema);
}

const isFailure = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && Object.keys(value).join() === 'error';

/** The result is no event, which stands there when stdout was used for something else. */
const isEvent = (value: unknown): boolean => typeof value === 'object' && value !== null && 'type' in value;

/** What is no JSON, or was cut off, is left to the test. */
function parsed(text: string): unknown[] {
  try {
    return [JSON.parse(text)];
  } catch {
    return [];
  }
}
