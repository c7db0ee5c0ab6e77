import { describe, expect, test } from '@jest/globals';
import { chooseCommand, suggestCommand } from './choose-command.ts';
import { parseCommand } from './parse-command.ts';
import type { CliSpec } from './spec.ts';

const run = async () => ({ value: null });
const commands = [
  { name: 'status', summary: 'tells how far it is', examples: [], run },
  {
    name: 'set',
    summary: 'changes it',
    examples: [],
    run,
    options: [{ flags: '--rate <r>', description: 'r' }],
  },
];
const SEVERAL: CliSpec<never> = { name: 'vm-try', summary: 'tries', examples: [], commands };
const BOTH: CliSpec<never> = { ...SEVERAL, arguments: [{ name: '<domain>', description: 'which' }], run };

const choose = (spec: CliSpec<never>, line: string): [string, string] => {
  const { command, words } = chooseCommand(spec, line.split(' ').filter(Boolean));
  return [command.name, words.join(' ')];
};

describe('chooseCommand', () => {
  test.each([
    ['status', 'vm-try status', ''],
    ['--json status -v', 'vm-try status', '--json -v'],
    ['--host sim:a set --rate 5', 'vm-try set', '--host sim:a --rate 5'],
    ['set status', 'vm-try set', 'status'],
    ['--help', 'vm-try', '--help'],
    ['nonsense --version', 'vm-try', 'nonsense --version'],
  ])('%s', (line, name, words) => {
    expect(choose(SEVERAL, line)).toEqual([name, words]);
  });

  test.each([
    ['web1', 'vm-try', 'web1'],
    ['status web1', 'vm-try status', 'web1'],
    ['-- status', 'vm-try', '-- status'],
    ['', 'vm-try', ''],
  ])('beside what it does by itself: %s', (line, name, words) => {
    expect(choose(BOTH, line)).toEqual([name, words]);
  });

  test.each([
    ['', 'a command is needed: status, set'],
    ['-v', 'a command is needed: status, set'],
    ['stauts', '"stauts" is none of status, set'],
    ['-- status', 'a command is needed: status, set'],
  ])('refuses "%s"', (line, message) => {
    expect(() => choose(SEVERAL, line)).toThrow(message);
  });
});

test.each([
  ['stauts', 'did you mean vm-try status?'],
  ['-v --host sim:a sta', undefined],
  ['sett --rate 5', 'did you mean vm-try set?'],
  ['set', undefined],
  ['web1', undefined],
  ['', undefined],
])('what "%s" may have been meant for', (line, suggestion) => {
  expect(suggestCommand(BOTH, line.split(' ').filter(Boolean))).toBe(suggestion);
});

const helpOf = (spec: CliSpec<never>): string =>
  (parseCommand(spec, ['--help'], '') as { text: string }).text;

test('the help lists the commands, and each has a help of its own', () => {
  expect(helpOf(SEVERAL)).toContain(
    'USAGE\n  vm-try <command> [options]    (vm-try <command> --help tells more)\n\nCOMMANDS\n  status  tells how far it is\n  set     changes it\n',
  );
  expect(helpOf(BOTH)).toContain('USAGE\n  vm-try [options] <domain>\n  vm-try <command> [options]');
  expect(helpOf(chooseCommand(SEVERAL, ['set']).command)).toMatch(/^vm-try set: changes it\n[^]*--rate <r>/);
});
