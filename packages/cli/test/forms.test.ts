import { expect, test } from '@jest/globals';
import { FORM } from '../src/command/options/form-option.ts';
import { readTools } from './commands-of-tools.ts';

test('what lists takes -o table, wide, json or name', async () => {
  const tools = [...(await readTools())];
  const all = tools.flatMap(([name, { own, commands }]) => [
    [name, own] as const,
    ...[...commands].map(([command, spec]) => [`${name} ${command}`, spec] as const),
  ]);
  const lists = all.filter(([, { options = [] }]) => options.includes(FORM)).map(([name]) => name);
  expect(lists.sort()).toEqual([
    'vm-autostart list',
    'vm-cpupool list',
    'vm-list',
    'vm-migrate list',
    'vm-migrate where',
    'xen-sim list',
    'xfrd peers',
  ]);
  const named = all.filter(([name]) => /^vm-list$| (?:list|peers)$/.test(name)).map(([name]) => name);
  expect(named.filter((name) => !lists.includes(name))).toEqual([]);
});
