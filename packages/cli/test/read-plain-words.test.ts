import { afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { parseCommand } from '../src/command/parse-command.ts';
import { readPlainWords } from '../src/command/read-plain-words.ts';
import type { CommandSpec } from '../src/command/spec.ts';
import { readTools, type Tools } from './commands-of-tools.ts';

const { VM_TOOLS_HOST } = process.env;
afterEach(() => {
  if (VM_TOOLS_HOST === undefined) delete process.env['VM_TOOLS_HOST'];
  else process.env['VM_TOOLS_HOST'] = VM_TOOLS_HOST;
});

let tools: Tools;
beforeAll(async () => {
  tools = await readTools();
});

/** What no tool has all of. */
const MANIFOLD: CommandSpec = {
  name: 'tool',
  summary: 'does all',
  arguments: [
    { name: '<file>', description: '' },
    { name: '[settings...]', description: '' },
  ],
  options: [
    { flags: '-o, --output <file>', description: '', mandatory: true },
    { flags: '-c, --checkpoint', description: '', conflicts: ['pause', 'host'] },
    { flags: '-p, --pause', description: '', conflicts: ['json'] },
    { flags: '--live <when>', description: '', choices: ['auto', 'never'], default: 'auto' },
    {
      flags: '--wait [time]',
      description: '',
      preset: '10m',
      parse: Number,
      doubt: (value) => String(value),
    },
    { flags: '--dry-run-2', description: '' },
    { flags: '--timeout <time>', description: '', parse: (text) => text.length, doubt: (_, text) => text },
  ],
  examples: [],
};

const WORDS = [
  ...['web1', 'b', '', '-', '--', '5', '10m', '-5', 'auto', 'x=1', 'sim:a', '10M', 'list', 'é'],
  ...[
    '-v',
    '-vv',
    '-q',
    '-qv',
    '-h',
    '-V',
    '--json',
    '--json=1',
    '--verbose',
    '--quiet',
    '--no-color',
    '--color',
  ],
  ...[
    '--host',
    '--host=',
    '--host=sim:a',
    '--timeout',
    '--timeout=5',
    '--tim',
    '--nonsense',
    '--help',
    '__proto__',
  ],
];

/** Words that mean something to this command, or nearly. */
function wordsFor({ options = [] }: CommandSpec): fc.Arbitrary<string[]> {
  const flags = options.flatMap((option) =>
    option.flags.split(/[ ,]+/).filter((part) => part.startsWith('-')),
  );
  const values = options.flatMap(({ choices = [], preset = '1' }) => [...choices, preset]);
  const near = flags.flatMap((flag) => [
    flag,
    `${flag}=auto`,
    `${flag}=5`,
    `${flag}auto`,
    `--no${flag.slice(1)}`,
  ]);
  const word = fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...WORDS, ...flags, ...values) },
    { weight: 2, arbitrary: fc.constantFrom(...WORDS, ...near) },
    { weight: 1, arbitrary: fc.string({ maxLength: 4 }) },
  );
  return fc.array(word, { maxLength: 7 });
}

/** Whether the short way reads it; if so, it must be as commander does. */
function isReadAlike(spec: CommandSpec, words: readonly string[]): boolean {
  const read = readPlainWords(spec, words);
  if (read === undefined) return false;
  expect(parseCommand(spec, words, '1', 80)).toStrictEqual(read);
  return true;
}

test.each([undefined, '', 'sim:env'])(
  'whatever the words, both readers agree, with VM_TOOLS_HOST=%s',
  (host) => {
    if (host === undefined) delete process.env['VM_TOOLS_HOST'];
    else process.env['VM_TOOLS_HOST'] = host;
    const specs = [...tools.values()].flatMap(({ own, commands }) => [own, ...commands.values()]);
    for (const spec of [MANIFOLD, ...specs]) {
      const numRuns = spec === MANIFOLD ? 2000 : 60;
      fc.assert(
        fc.property(wordsFor(spec), (words) => void isReadAlike(spec, words)),
        { numRuns },
      );
    }
  },
);

describe('the lines of every day take the short way', () => {
  test.each([
    'vm-list',
    'vm-list web1 --json',
    'vm-list --host sim:a --names',
    'vm-list -o json',
    'vm-list -o wide',
    'vm-pause web1 web2 -q',
    'vm-destroy web1 --wait --no-color',
    'vm-save web1 web1.img --bwlimit 10M',
    'vm-save web1 -o web1.img -p -v',
    'vm-restore web1.img --timeout=5m',
    'vm-create web.cfg name=web1 memory=256 -p',
    'vm-migrate web1 tls://b --max-downtime 300ms',
    'vm-migrate status',
  ])('%s', (line) => {
    const [name = '', ...words] = line.split(' ');
    const { own, commands } = tools.get(name)!;
    const command = commands.get(words[0] ?? '');
    expect(isReadAlike(command ?? own, command ? words.slice(1) : words)).toBe(true);
  });
});

test.each([
  '',
  'a',
  '-o b',
  'a -o b -x',
  'a -o b -c -p',
  'a -o b --live x',
  'a -- -o b',
  'a -o b --json --pause',
])('"%s" is left to commander', (line) => {
  expect(readPlainWords(MANIFOLD, line.split(' '))).toBeUndefined();
});
