import { describe, expect, test } from '@jest/globals';
import { FORM, seemsToWantJson } from './form-option.ts';
import { parseCommand } from '../parse-command.ts';
import { readPlainWords } from '../read-plain-words.ts';
import type { CommandSpec } from '../spec.ts';

const LIST: CommandSpec = { name: 'vm-try', summary: 'lists', options: [FORM], examples: [] };
const SAVE: CommandSpec = {
  ...LIST,
  options: [{ flags: '-o, --output <file>', description: 'where to' }],
};

const parse = (spec: CommandSpec, line: string): unknown => {
  const words = line.split(' ').filter(Boolean);
  return readPlainWords(spec, words) ?? parseCommand(spec, words, '');
};

test('-o json is --json, where it is the form of a list', () => {
  for (const line of ['-o json', '-ojson', '--output=json', '--json'])
    expect(parse(LIST, line)).toMatchObject({ options: { json: true } });
  expect(parse(LIST, '-o wide')).toMatchObject({ input: { output: 'wide' } });
  expect(parse(LIST, '-o wide')).not.toMatchObject({ options: { json: true } });
  expect(parse(LIST, '')).toMatchObject({ input: { output: 'table' } });
  expect(parse(SAVE, '-o json')).not.toMatchObject({ options: { json: true } });
});

test.each([
  ['-o yaml', "option '-o, --output <form>' argument 'yaml' is invalid: Allowed choices are table, wide,"],
  ['-o', "option '-o, --output <form>' argument missing"],
  ['-o name --json', "option '-o, --output <form>' cannot be used with option '--json'"],
])('%s is refused', (line, message) => {
  expect(() => parse(LIST, line)).toThrow(message);
});

describe('a line that cannot be read', () => {
  test.each(['--json -x', '-x -o json', '-x -ojson', '--output json -x', '--output=json -x'])(
    '%s is answered as JSON',
    (line) => {
      expect(seemsToWantJson([SAVE, LIST], line.split(' '))).toBe(true);
    },
  );

  test.each([
    [[LIST], '-x -o name'],
    [[LIST], '-x json'],
    [[SAVE], '-x -o json'],
  ])('%#: for people', (specs, line) => {
    expect(seemsToWantJson(specs, line.split(' '))).toBe(false);
  });
});
