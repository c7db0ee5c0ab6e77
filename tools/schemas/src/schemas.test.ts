import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, test } from '@jest/globals';
import type { RootSchema } from './convert/schema.ts';
import { kindsOfFields } from './kinds.ts';
import { FOLDER, publishedSchemas } from './write-schemas.ts';

/** Commands whose results have no schema, and why. It only gets shorter. */
const WITHOUT = [
  'vm-config schema', // prints a schema itself
];

/** Fields whose values are of another kind in another place; the README of the schemas says why. It only gets shorter. */
const OF_SEVERAL_KINDS: readonly string[] = [
  'at',
  'backendState',
  'cause',
  'cpus',
  'disks',
  'domains',
  'error',
  'features',
  'frontendState',
  'guests',
  'id',
  'last',
  'listen',
  'scheduler',
  'seed',
];

let made: Awaited<ReturnType<typeof publishedSchemas>>;
beforeAll(async () => {
  made = await publishedSchemas();
});

test('what is published is as the sources say: npm run schemas writes it', async () => {
  const names = (await readdir(FOLDER)).filter((name) => name.endsWith('.json'));
  expect(names.sort()).toEqual([...made.texts.keys()]);
  for (const [file, text] of made.texts)
    expect([file, await readFile(join(FOLDER, file), 'utf8')]).toEqual([file, text]);
});

test('every command has one', () => {
  expect(made.without).toEqual(WITHOUT);
  expect(made.texts.size).toBeGreaterThan(60);
});

test('a field has values of one kind wherever it is, or the README says why not', async () => {
  const schemas = [...made.texts.values()].map((text) => JSON.parse(text) as RootSchema);
  const several = [...kindsOfFields(schemas)].filter(([, kinds]) => kinds.size > 1).map(([name]) => name);
  expect(several.sort()).toEqual(OF_SEVERAL_KINDS);
  const readme = await readFile(join(FOLDER, 'README.md'), 'utf8');
  expect(OF_SEVERAL_KINDS.filter((name) => !readme.includes(`\`${name}\``))).toEqual([]);
});
