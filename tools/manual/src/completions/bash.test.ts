import { afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { readTools } from '../description/read-tools.ts';
import { stubHost, type StubbedHost } from '../testing/host-stubs.ts';
import { bashCompletions } from './bash.ts';
import { scopesOf, type Scope } from './model.ts';

/** As bash does it: COMP_WORDS has the words, the last of which is under the cursor. */
const ASK = `
source "$1"; shift
function=_vm_tools; [[ $1 != vm ]] || function=_vm_tools_umbrella
ask() { COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); "$function"; printf '%s\\n' "\${COMPREPLY[@]}"; }
ask "$@"
[[ -z $TWICE ]] || ask "$@"
`;

let folder: string;
let file: string;
let host: StubbedHost;
let scopes: readonly Scope[];

beforeAll(async () => {
  scopes = (await readTools()).flatMap(scopesOf);
});
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'completions-'));
  file = join(folder, 'vm-tools');
  await writeFile(file, await bashCompletions(scopes));
  host = await stubHost(folder, ['web1', 'web2', 'db1']);
});
afterEach(() => rm(folder, { recursive: true }));

/** What bash offers for the words of a line, in the order of the alphabet. */
async function completed(words: readonly string[], more: NodeJS.ProcessEnv = {}): Promise<readonly string[]> {
  const PATH = [host.bin, process.env['PATH']].join(delimiter);
  const { stdout, stderr } = await promisify(execFile)(
    'bash',
    ['--noprofile', '--norc', '-c', ASK, 'bash', file, ...words],
    { env: { PATH, VM_TOOLS_ROOT: host.root, ...more }, cwd: folder },
  );
  expect(stderr).toBe('');
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .sort();
}

describe('bash', () => {
  test.each<[string, string[]]>([
    ['vm-migrate --ch', ['--check']],
    ['vm-migrate --on-no-convergence ', ['abort', 'force', 'throttle']],
    ['vm-migrate --on-no-convergence=f', ['force']],
    ['vm-migrate st', ['status']],
    ['vm-migrate web', ['web1', 'web2']],
    ['vm-migrate web1 ', ['web1', 'web2', 'db1', 'b', 'c.example']],
    ['vm-migrate web1 b --live ', ['auto', 'require', 'never']],
    ['vm-migrate web1 st', []],
    ['vm-host sh', ['shutdown']],
    ['vm-host --timeout 5 sh', ['shutdown']],
    ['vm-host shutdown --otherwise s', ['save', 'shutdown']],
    ['vm-host shutdown sh', []],
    ['vm-host evacuate ', ['b', 'c.example']],
    ['vm-list ', ['web1', 'web2', 'db1']],
    ['vm-list --na', ['--names']],
    ['vm-list -- --na', []],
    ['/usr/bin/vm-list d', ['db1']],
    ['vm-autostart on --at-shutdown ', ['save', 'shutdown', 'move:b', 'move:c.example']],
    ['vm-autostart on web1 --at-shutdown=', ['save', 'shutdown', 'move:b', 'move:c.example']],
    ['vm-autostart on web1 --at-shutdown move : ', ['b', 'c.example']],
    ['vm-autostart on web1 --at-shutdown move :', ['b', 'c.example']],
    ['vm-autostart on web1 --at-shutdown =', ['save', 'shutdown', 'move:b', 'move:c.example']],
    ['vm-autostart on web1 --at-shutdown move : c', ['c.example']],
    ['vm-autostart on web1 --at-shutdown = move : c', ['c.example']],
    ['vm-list --timeout ', []],
    ['vm-save web1 --wait w', ['web1', 'web2']],
    ['xfrd forget ', ['b', 'c.example']],
    ['vm migr', ['migrate']],
    ['vm help migr', ['migrate']],
    ['vm migrate web1 b --live ', ['auto', 'require', 'never']],
    ['vm migrate --on-no-convergence=f', ['force']],
    ['vm nothing ', []],
    ['xfrd trust b --live ', ['yes', 'no']],
  ])('%s', async (line, expected) => {
    // bash takes a line apart at "=" by itself; what is written with it here is given to it as it would be.
    const words = line.replaceAll(/(--[\w-]+)=/g, '$1 = ').split(' ');
    expect(await completed(words)).toEqual(expected.sort());
  });

  test('every option and every choice of every tool is offered', async () => {
    expect(scopes.length).toBeGreaterThan(50);
    const text = await readFile(file, 'utf8');
    for (const { tool, command, options } of scopes) {
      const start = command === undefined ? [tool] : [tool, command];
      const [, offered = ''] =
        new RegExp(`^ +'${start.join(' ')}'\\).* options='([^']*)'`, 'm').exec(text) ?? [];
      const names = options.flatMap(({ short, long }) => (short === undefined ? [long] : [short, long]));
      expect([start, offered.split(' ')]).toEqual([start, names]);
    }
    expect(text).toContain(`'vm-top --sort') values='cpu memory network disk name domid' ;;`);
  });

  test('files and folders, alone and in a word', async () => {
    await mkdir(join(folder, 'images'));
    await writeFile(join(folder, 'image of web1'), '');
    expect(await completed(['vm-restore', 'im'])).toEqual(['image of web1', 'images']);
    expect(await completed(['vm-doctor', 'im'])).toEqual(['images']);
    expect(await completed(['vm-save', 'web1', '-o', 'im'])).toEqual(['image of web1', 'images']);
    expect(await completed(['vm-create', 'web1.cfg', 'kernel', '=', 'im'])).toEqual([
      'image of web1',
      'images',
    ]);
    expect([...(await completed(['vm-autostart', 'on', '']))]).toEqual(
      expect.arrayContaining(['images', 'web1']),
    );
  });

  test('no Node is started where xenstore answers, and elsewhere once for some seconds', async () => {
    const log = join(folder, 'vm-list.log');
    expect(await completed(['vm-list', ''])).toEqual(['db1', 'web1', 'web2']);
    expect(existsSync(log)).toBe(false);
    await rm(join(host.bin, 'xenstore-list'));
    await symlink('/bin/false', join(host.bin, 'xenstore-list'));
    expect(await completed(['vm-list', ''], { TWICE: '1' })).toEqual(['from-vm-list', 'from-vm-list']);
    expect(await readFile(log, 'utf8')).toBe('--names --host xen:\n');
  });

  test('where there is neither xenstore nor a tool, no name is offered, without a word', async () => {
    const PATH = join(folder, 'bare');
    await mkdir(PATH);
    await symlink('/bin/bash', join(PATH, 'bash'));
    expect(await completed(['vm-migrate', ''], { PATH })).toEqual(
      expect.arrayContaining(['b', 'c.example', 'status']),
    );
    expect(await completed(['vm-list', ''], { PATH })).toEqual([]);
  });

  test('another host than this one is asked by vm-list', async () => {
    expect(await completed(['vm-list', ''], { VM_TOOLS_HOST: 'sim:a' })).toEqual(['from-vm-list']);
    expect(await completed(['vm-pause', '--host', 'sim', ':', 'c', ''])).toEqual(['from-vm-list']);
    expect(await readFile(join(folder, 'vm-list.log'), 'utf8')).toBe(
      '--names --host sim:a\n--names --host sim:c\n',
    );
  });

  test('a name is never evaluated', async () => {
    const evil = ['$(touch done)', '`touch done`', 'a b', '*'];
    host = await stubHost(folder, evil);
    expect(await completed(['vm-list', ''])).toEqual([
      ...['\\$\\(touch\\ done\\)', '\\*', '\\`touch\\ done\\`', 'a\\ b'],
    ]);
    expect(await completed(['vm-list', '$(touch done)', '-x[$(touch done)]', ''])).toHaveLength(4);
    expect(existsSync(join(folder, 'done'))).toBe(false);
  });
});
