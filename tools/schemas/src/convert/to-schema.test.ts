import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import ts from 'typescript';
import { toSchema } from './to-schema.ts';
import type { RootSchema } from './schema.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'schema-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** Of the type `Value` of a source. */
async function schemaOf(source: string): Promise<RootSchema> {
  const path = join(folder, 'source.ts');
  await writeFile(path, source);
  const program = ts.createProgram([path], {
    strict: true,
    exactOptionalPropertyTypes: true,
    target: ts.ScriptTarget.ES2022,
    lib: ['lib.es2022.d.ts'],
    types: [],
  });
  const checker = program.getTypeChecker();
  const module = checker.getSymbolAtLocation(program.getSourceFile(path)!)!;
  const value = checker.getExportsOfModule(module).find((each) => each.getName() === 'Value')!;
  const about = { title: 'value', description: 'a value' };
  return toSchema(checker.getDeclaredTypeOfSymbol(value), checker, about);
}

const STRING = { type: 'string' };
const NUMBER = { type: 'number' };

describe('a field', () => {
  test.each([
    ['string', STRING],
    ['number | undefined', NUMBER],
    ['boolean', { type: 'boolean' }],
    ["'b' | 'a'", { enum: ['a', 'b'] }],
    ["'a'", { const: 'a' }],
    ['true', { const: true }],
    ['string | null', { anyOf: [{ type: 'null' }, STRING] }],
    ['readonly string[]', { type: 'array', items: STRING }],
    ['[string, number]', { type: 'array', prefixItems: [STRING, NUMBER], items: false, minItems: 2 }],
    ['Record<string, number>', { type: 'object', additionalProperties: NUMBER }],
    ['Date', STRING],
    ['{ toJSON(): number }', NUMBER],
    ['unknown', {}],
    [
      "Omit<{ a: string; b?: number; c: bigint }, 'c'>",
      { type: 'object', properties: { a: STRING, b: NUMBER }, required: ['a'], additionalProperties: false },
    ],
  ])('%s', async (type, schema) => {
    const { $defs } = await schemaOf(`export interface Value { field: ${type} }`);
    expect($defs?.['Value']?.properties?.['field']).toEqual(schema);
  });

  test('that is a function, or never there, is not printed', async () => {
    const { $defs } = await schemaOf(
      'export interface Value { a: string; run(): void; b: undefined; c: never; [Symbol.iterator]: string }',
    );
    expect($defs?.['Value']?.properties).toEqual({ a: STRING });
  });

  test('that JSON does not have is refused, with its place', async () => {
    const source = 'export interface Value { readonly list: readonly { readonly ns: bigint }[] }';
    await expect(schemaOf(source)).rejects.toThrow('value.list[].ns: bigint has no JSON');
  });
});

test('what has a name is told once, with its comments, and may contain itself', async () => {
  const source = `
    /** A node. */
    interface Node {
      /** its name */
      readonly name: string;
      readonly nodes?: readonly Node[];
    }
    export type Value = { readonly left: Node; readonly right?: Node };`;
  expect(await schemaOf(source)).toEqual({
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'value',
    description: 'a value',
    $ref: '#/$defs/Value',
    $defs: {
      Node: {
        description: 'A node.',
        type: 'object',
        properties: {
          name: { description: 'its name', type: 'string' },
          nodes: { type: 'array', items: { $ref: '#/$defs/Node' } },
        },
        required: ['name'],
        additionalProperties: false,
      },
      Value: {
        type: 'object',
        properties: { left: { $ref: '#/$defs/Node' }, right: { $ref: '#/$defs/Node' } },
        required: ['left'],
        additionalProperties: false,
      },
    },
  });
});
