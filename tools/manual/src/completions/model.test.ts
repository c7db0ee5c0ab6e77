import { beforeAll, expect, test } from '@jest/globals';
import { readTools } from '../description/read-tools.ts';
import { scopesOf, type Scope } from './model.ts';

let scopes: readonly Scope[];
beforeAll(async () => {
  scopes = (await readTools()).flatMap(scopesOf);
});

const find = (tool: string, command?: string): Scope =>
  scopes.find((scope) => scope.tool === tool && scope.command === command)!;
const wordsOf = (scope: Scope, long: string): unknown =>
  scope.options.find((each) => each.long === long)?.words;

test('an argument is completed to what its name says, or to what the tool says', () => {
  expect(find('vm-list').words).toEqual(['<domain>']);
  expect(find('vm-migrate').words).toEqual(['<domain>', '<peer>']);
  expect(find('vm-host', 'evacuate').words).toEqual(['<peer>']);
  expect(find('vm-doctor').words).toEqual(['<folder>']);
  expect(find('vm-config', 'check').words).toEqual(['<file>']);
  expect(find('xfrd', 'forget').words).toEqual(['<peer>']);
  expect(find('vm-host').words).toEqual([]);
});

test('and so is the value of an option, unless it may be left out', () => {
  expect(wordsOf(find('vm-autostart', 'on'), '--at-shutdown')).toEqual(['save', 'shutdown', 'move:<peer>']);
  expect(wordsOf(find('vm-save'), '--output')).toEqual(['<file>']);
  expect(wordsOf(find('vm-save'), '--live')).toEqual(['auto', 'require', 'never']);
  expect(wordsOf(find('vm-save'), '--wait')).toEqual([]);
  expect(find('vm-save').options.find(({ long }) => long === '--wait')?.value).toBeUndefined();
});

test('all words are ones of which no shell makes anything else', () => {
  const words = scopes.flatMap((scope) => [
    ...scope.words,
    ...scope.options.flatMap((option) => option.words),
  ]);
  expect(words.length).toBeGreaterThan(50);
  for (const word of words) expect(word).toMatch(/^([\w.:-]+|[\w:-]*<(domain|peer)>|<file>|<folder>)$/);
});
