import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { readTools } from '../description/read-tools.ts';
import { stubHost, type StubbedHost } from '../testing/host-stubs.ts';
import { outputOf, reasonToSkip } from '../testing/program.ts';
import { fishCompletions } from './fish.ts';
import { scopesOf, type Scope } from './model.ts';

let folder: string;
let file: string;
let host: StubbedHost;
let scopes: readonly Scope[];
let text: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'completions-'));
  file = join(folder, 'vm-tools.fish');
  scopes = (await readTools()).flatMap(scopesOf);
  text = await fishCompletions(scopes);
  await writeFile(file, text);
  host = await stubHost(folder, ['web1', '$(touch done)', 'web2']);
});
afterAll(() => rm(folder, { recursive: true }));

test('every option and every command is in the completions for fish', () => {
  const lines = text.split('\n');
  for (const { tool, command, commands, options } of scopes) {
    const own = lines.filter(
      (line) =>
        line.startsWith(`complete -c ${tool} `) &&
        (command === undefined || line.includes(`__fish_seen_subcommand_from ${command}'`)),
    );
    for (const { short, long } of options) {
      const flags = `${short === undefined ? '' : ` -s ${short.slice(1)}`} -l ${long.slice(2)} `;
      expect({ tool, command, flags, isThere: own.some((line) => line.includes(flags)) }).toMatchObject({
        isThere: true,
      });
    }
    for (const { name } of commands) expect(own.some((line) => line.includes(` -a '${name}' `))).toBe(true);
  }
});

const noFish = await reasonToSkip('fish');
const testFish = noFish === '' ? test : test.skip;

/** What fish offers for a line, without the descriptions. It loads the file once for each tool. */
async function completed(
  line: string,
  PATH = [host.bin, process.env['PATH']].join(delimiter),
): Promise<readonly string[]> {
  const { stdout, stderr } = await promisify(execFile)(
    'fish',
    ['--no-config', '-c', 'source $argv[1]; source $argv[1]; complete -C $argv[2]', file, line],
    { env: { PATH, HOME: folder, VM_TOOLS_ROOT: host.root }, cwd: folder },
  );
  expect(stderr).toBe('');
  return stdout
    .split('\n')
    .map((each) => each.replace(/\t.*/, ''))
    .filter((each) => each !== '')
    .sort();
}

testFish(`fish reads them without a complaint${noFish}`, async () => {
  expect(await outputOf('fish', ['-n', file])).toBe('');
});

testFish(`vm completes its verbs, and behind one what its tool takes${noFish}`, async () => {
  expect(await completed('vm migr')).toEqual(['migrate']);
  expect(await completed('vm migrate --on-no-convergence ')).toEqual(['abort', 'force', 'throttle']);
  expect(await completed('vm list we')).toEqual(['web1', 'web2']);
});

testFish(
  `where there is neither xenstore nor a tool, no name is offered, without a word${noFish}`,
  async () => {
    const bare = join(folder, 'bare');
    await mkdir(bare);
    for (const program of ['/usr/bin/fish', '/bin/date'])
      await symlink(program, join(bare, basename(program)));
    expect(await completed('vm-list ', bare)).toEqual([]);
  },
);

const LINES: readonly (readonly [string, readonly string[]])[] = [
  ['vm-host sh', ['shutdown']],
  ['vm-host shutdown --otherwise s', ['save', 'shutdown']],
  ['vm-migrate --che', ['--check']],
  ['vm-list ', ['$(touch done)', 'web1', 'web2']],
  ['vm-autostart on --at-shutdown ', ['move:b', 'move:c.example', 'save', 'shutdown']],
  ['xfrd forget ', ['b', 'c.example']],
  ['vm-list --host sim:a ', ['from-vm-list']],
  ['vm-list --host=sim:a ', ['from-vm-list']],
  ['vm-restore vm-', ['vm-list.log', 'vm-tools.fish']],
];
testFish.each(LINES)(`fish completes %j${noFish}`, async (line, expected) => {
  expect(await completed(line)).toEqual(expected);
});
