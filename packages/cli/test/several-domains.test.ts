import { beforeAll, expect, test } from '@jest/globals';
import type { CommandSpec } from '../src/command/spec.ts';
import { optionOf, readTools } from './commands-of-tools.ts';

/** By name: what each executable does to a domain that its command line names. */
let onDomains: ReadonlyMap<string, CommandSpec>;

beforeAll(async () => {
  const tools = [...(await readTools())].map(([name, { own }]) => [name, own] as const);
  onDomains = new Map(
    tools.filter(([, { arguments: words = [] }]) => words.some(({ name }) => name.includes('domain'))),
  );
});

test('every tool that takes a domain takes several, but for the terminal', () => {
  expect(onDomains.size).toBeGreaterThan(12);
  const one = [...onDomains].filter(
    ([, { arguments: words = [] }]) => !/\.\.\.[>\]]$/.test(words[0]?.name ?? ''),
  );
  expect(one.map(([name]) => name)).toEqual(['vm-console']);
});

test('--all is where xl has it', () => {
  const all = [...onDomains].filter(([, spec]) => optionOf(spec, '--all') !== undefined);
  expect(all.map(([name]) => name).sort()).toEqual(['vm-reboot', 'vm-shutdown']);
});
