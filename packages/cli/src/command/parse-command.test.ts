import { describe, expect, test } from '@jest/globals';
import { VmToolsError } from '@vm-tools/errors';
import { parseCommand } from './parse-command.ts';
import { asWait } from './values/parse-value.ts';
import type { CommandSpec } from './spec.ts';

const SPEC: CommandSpec = {
  name: 'vm-try',
  summary: 'tries things',
  arguments: [
    { name: '<file>', description: 'a file' },
    { name: '[settings...]', description: 'key=value' },
  ],
  options: [
    { flags: '-o, --output <file>', description: 'where to', mandatory: true },
    { flags: '--live <when>', description: 'when', choices: ['auto', 'never'], default: 'auto' },
    { flags: '-c, --checkpoint', description: 'go on', conflicts: ['pause'] },
    { flags: '-p, --pause', description: 'pause' },
    { flags: '--suspend-timeout <seconds>', description: 'limit', ...asWait },
  ],
  examples: [{ command: 'vm-try a -o b', effect: 'tries a' }],
};

const parse = (...words: string[]): unknown => parseCommand(SPEC, words, 'vm-try 1.2.3');

function usageErrorOf(...words: string[]): string {
  try {
    parse(...words);
  } catch (thrown) {
    if (thrown instanceof VmToolsError && thrown.kind === 'usage') return thrown.message;
    throw thrown;
  }
  throw new Error('no error');
}

describe('parseCommand', () => {
  test('gives arguments and options under their names', () => {
    expect(
      parse('a.cfg', 'x=1', 'y=2', '-o', 'b', '-vv', '--suspend-timeout', '1.5', '--timeout=2'),
    ).toMatchObject({
      options: { verbose: 2, color: true, timeout: 2000 },
      input: { file: 'a.cfg', settings: ['x=1', 'y=2'], output: 'b', live: 'auto', suspendTimeout: 1500 },
    });
  });

  test('takes what follows -- for arguments', () => {
    expect(parse('-o', 'b', '--', '-x')).toMatchObject({ input: { file: '-x', settings: [] } });
  });

  test('takes - for an argument and for a value', () => {
    expect(parse('-', '-o', '-')).toMatchObject({ input: { file: '-', output: '-' } });
  });

  test.each([
    [['a', '--outptu', 'b'], "unknown option '--outptu' (did you mean --output?)"],
    [['a'], 'option -o, --output <file> is missing'],
    [['-o', 'b'], "missing required argument 'file'"],
    [['a', '-o', 'b', '-c', '-p'], "option '-c, --checkpoint' cannot be used with option '-p, --pause'"],
    [
      ['a', '-o', 'b', '--live', 'x'],
      "option '--live <when>' argument 'x' is invalid: Allowed choices are auto, never",
    ],
    [
      ['a', '-o', 'b', '--timeout', '-1'],
      "option '--timeout <time>' argument '-1' is invalid: \"-1\" is not a time from 1 ms to 365 d",
    ],
  ])('refuses %j', (words, message) => {
    expect(usageErrorOf(...words)).toBe(message);
  });

  test.each([
    [['--timeout', '3000000'], ['--timeout: that is 35 days: a number alone counts seconds']],
    [['--timeout', '35d'], ['--timeout: that is 35 days']],
    [['--suspend-timeout', '30m', '--timeout', '1h'], []],
  ])('warns of what can hardly be meant: %j', (words, doubts) => {
    expect(parse('a', '-o', 'b', ...words)).toMatchObject({ doubts });
  });

  test('tells the units of a value that is refused', () => {
    expect(() => parse('a', '-o', 'b', '--timeout', '5 weeks')).toThrow(
      expect.objectContaining({
        hint: 'write it like 30s, 300ms, 5m or 1h; a number alone counts seconds',
      }),
    );
  });

  test('prints the version, whatever else is missing', () => {
    expect(parse('--version')).toEqual({ text: 'vm-try 1.2.3\n' });
  });

  test('prints the help with examples first and the exit status last', () => {
    const { text } = parse('--help') as { text: string };
    const headings = text.match(/^[A-Z ]+$/gm);
    expect(headings).toEqual(['EXAMPLES', 'USAGE', 'ARGUMENTS', 'OPTIONS', 'COMMON OPTIONS', 'EXIT STATUS']);
    for (const words of ['vm-try: tries things', '--live <when>', '--no-color', 'VM_TOOLS_HOST', '124']) {
      expect(text).toContain(words);
    }
  });

  test('lets an executable have a --timeout of its own', () => {
    const own = {
      ...SPEC,
      options: [{ flags: '--timeout <seconds>', description: 'its own', ...asWait }],
    };
    const { text } = parseCommand(own, ['-h'], '') as { text: string };
    expect(text.match(/--timeout/g)).toHaveLength(1);
  });
});

test('a tool with a --timeout of its own is not ended by the common one', () => {
  const own = {
    flags: '--timeout <seconds>',
    description: 'how long the guest may take',
    ...asWait,
  };
  const spec = { ...SPEC, options: [own] };
  const parsed = parseCommand(spec, ['a.cfg', '--timeout', '2'], '');
  expect(parsed).toMatchObject({ input: { timeout: 2000 } });
  expect('options' in parsed && parsed.options.timeout).toBeUndefined();
});
