import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { makeBundle, type Bundle } from './make-bundle.ts';

const ROOT = join(import.meta.dirname, '../../..');

let folder: string;
let bundle: Bundle;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bundle-'));
  bundle = await makeBundle({ root: ROOT, folder });
});
afterAll(() => rm(folder, { recursive: true }));

type Ended = Promise<{ readonly status: number; readonly stdout: string; readonly stderr: string }>;

const run = (file: string, ...words: string[]): Ended => runWith({}, file, ...words);

function runWith(environment: NodeJS.ProcessEnv, file: string, ...words: string[]): Ended {
  const path = `${dirname(process.execPath)}:${process.env['PATH'] ?? ''}`;
  const env = { ...process.env, PATH: path, NODE_OPTIONS: '', FORCE_COLOR: undefined, ...environment };
  Object.assign(env, { VM_TOOLS_ROOT: folder, VM_TOOLS_SIM: join(folder, 'sim') });
  return new Promise((resolve) => {
    execFile(file, words, { env }, (error, stdout, stderr) =>
      resolve({ status: Number(error?.code ?? 0), stdout, stderr }),
    );
  });
}

test('every executable tells its version and its help without Xen', async () => {
  expect(bundle.executables).toContain('vm-migrate');
  expect(bundle.scripts).toEqual(['vm', 'vm-pool']);
  const all = [...bundle.executables, ...bundle.scripts].sort();
  expect((await readdir(join(folder, 'bin'))).sort()).toEqual(all);
  for (const name of bundle.executables) {
    const { status, stdout, stderr } = await run(join(folder, 'bin', name), '--help');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toContain(`${name}: `);
    expect(stdout).toContain(`\nEXAMPLES\n`);
  }
  const { stdout } = await run(join(folder, 'bin/vm-list'), '--version');
  expect(stdout).toMatch(/^vm-list \d+\.\d+\.\d+ \(commit \S+\)\n$/);
  expect((await run(join(folder, 'bin/vm'), 'list', '--version')).stdout).toBe(stdout);
});

test('programs that tools start are found beside them', async () => {
  // On Xen alone a helper is started; so this asks what a tool would say there for where it looks.
  const tools = (await readdir(join(folder, 'lib'))).filter((name) => name.endsWith('.js'));
  for (const name of tools) {
    const text = await readFile(join(folder, 'lib', name), 'utf8');
    expect([name, /vmToolsBundledFileUrl\d/.exec(text)?.[0]]).toEqual([name, undefined]);
  }
});

test('a unit for systemd runs what is in the bundle', async () => {
  const units = (await readdir(join(folder, 'systemd'))).filter((name) => name.endsWith('.service'));
  expect(units).toEqual(expect.arrayContaining(['vm-monitor.service', 'xfrd.service']));
  for (const unit of units) {
    const text = await readFile(join(folder, 'systemd', unit), 'utf8');
    const [, program = ''] = /^ExecStart=\/usr\/lib\/vm-tools\/bin\/(\S+)/m.exec(text) ?? [];
    expect(bundle.executables).toContain(program);
  }
  const settings = ['--check-config', '--config', join(folder, 'etc/xfrd.toml'), '--json'];
  const { status, stdout } = await run(join(folder, 'bin/xfrd'), ...settings);
  expect({ status, ...(JSON.parse(stdout) as object) }).toMatchObject({
    status: 0,
    listen: ['tls://0.0.0.0:8002'],
  });
});

test('a launcher runs through a link from another folder, and so do the sources', async () => {
  const link = join(folder, 'vm-pause');
  await symlink(join(folder, 'bin/vm-pause'), link);
  expect((await run(link, '--version')).stdout).toMatch(/^vm-pause /);
  const sources = join(ROOT, 'packages/vm-pause/bin/vm-pause.js');
  expect((await run(sources, '--version')).stdout).toMatch(/^vm-pause .* \(from a checkout\)\n$/);
});

test('a launcher takes the Node beside it, then the first of PATH that is new enough, and tells of none', async () => {
  const path = (name: string): string => join(folder, 'nodes', name);
  const make = async (name: string, version: string): Promise<string> => {
    await mkdir(path(name), { recursive: true });
    const text = `#!/bin/sh\n[ "$1" = --version ] && echo ${version} || echo ${name} runs "\${1##*/}" "$2"\n`;
    await writeFile(join(path(name), 'node'), text, { mode: 0o755 });
    return path(name);
  };
  const [old, good, other] = [await make('old', 'v20.1.0'), await make('good', 'v24.0.0'), path('other')];
  await symlink(old, other); // as /bin is /usr/bin
  const list = (...folders: string[]): Ended =>
    runWith({ PATH: folders.join(':') }, join(folder, 'bin/vm-list'), 'a b');
  const told = (by: string): object => ({ status: 0, stdout: `${by} runs vm-list.js a b\n`, stderr: '' });

  expect(await list(old, good)).toEqual(told('good'));
  expect(await list('', '/nowhere', other, old)).toEqual(told('old')); // the program that it runs says that it is too old
  expect(await list(old, good, await make('newer', 'v101.0.0'))).toEqual(told('good'));
  const none = await list('/nowhere');
  expect(none).toMatchObject({ status: 1, stdout: '' });
  expect(none.stderr).toMatch(/^vm-list: there is no Node here; install .*vm-tools-node.* Node 24 .*\n$/);

  await copyFile(join(await make('own', 'v24.0.0'), 'node'), join(folder, 'node'));
  try {
    expect(await list(good)).toEqual(told('own'));
    expect(await list('/nowhere')).toEqual(told('own'));
  } finally {
    await rm(join(folder, 'node'));
  }
});

test('what is ready is what the tool itself says', async () => {
  for (const word of ['--version', '--help']) {
    const ready = await run(process.execPath, join(folder, 'lib/vm-save.js'), word);
    expect(ready).toEqual(await run(process.execPath, join(folder, 'lib/vm-save.main.js'), word));
  }
  const [narrow, full] = [{ COLUMNS: '60' }, { COLUMNS: '' }].map((columns) =>
    runWith(columns, process.execPath, join(folder, 'lib/vm-save.js'), '--help'),
  );
  expect((await narrow!).stdout.split('\n').every((line) => line.length <= 60)).toBe(true);
  expect((await full!).stdout.split('\n').some((line) => line.length > 60)).toBe(true);
});

test('a stack that -vv shows leads to the sources', async () => {
  const { stderr } = await run(join(folder, 'bin/vm-list'), '--host', 'sim:nowhere', '-vv');
  expect(stderr).toMatch(/^ +at async run \(.*packages\/cli\/src\/run-cli\.ts:\d+:\d+\)$/m);
});

/** Node's own modules that a tool loads, told by the tool itself as it ends. */
async function modulesOf(name: string, ...words: string[]): Promise<string[]> {
  const list = join(folder, 'modules');
  const teller = `process.on('exit', () => fs.writeFileSync(${JSON.stringify(list)}, process.moduleLoadList.join('\\n')))`;
  await writeFile(join(folder, 'tell.cjs'), `const fs = require('node:fs');\n${teller};`);
  const program = [`--require=${join(folder, 'tell.cjs')}`, join(folder, 'lib', `${name}.js`), ...words];
  expect((await run(process.execPath, ...program)).status).toBe(0);
  return (await readFile(list, 'utf8')).split('\n').map((line) => line.replace('NativeModule ', ''));
}

const DEAR = [
  'fs/promises',
  'worker_threads',
  'child_process',
  'crypto',
  'tls',
  'dgram',
  'readline',
  'readline/promises',
  'zlib',
  'http',
  'tty',
];

test('a list, and what a tool tells about itself, load nothing that they do not use', async () => {
  const start = await run(join(folder, 'bin/xen-sim'), 'start', 'modules');
  expect(start).toMatchObject({ status: 0 });
  try {
    for (const words of [['--version'], ['--help'], ['--host', 'sim:modules']]) {
      const modules = await modulesOf('vm-list', ...words);
      expect(modules).toContain('fs');
      expect(modules.filter((module) => DEAR.includes(module))).toEqual([]);
    }
  } finally {
    await run(join(folder, 'bin/xen-sim'), 'stop', 'modules');
  }
});

test('what a tool has compiled is kept once it has run well, and made again when it is damaged', async () => {
  const compiled = join(folder, 'compiled');
  const help = (...words: string[]): Ended =>
    runWith({ NODE_COMPILE_CACHE: compiled }, join(folder, 'bin/vm-list'), '--help', ...words);
  const kept = async (): Promise<string[]> => {
    const files = await readdir(compiled, { recursive: true }).catch(() => []);
    return files.filter((path) => path.includes('vm-list.main.js-'));
  };
  expect(await help('--nonsense')).toMatchObject({ status: 0 }); // with a word more it is the tool that answers
  const [file = '', ...more] = await kept();
  expect(more).toEqual([]);
  const first = await readFile(join(compiled, file));
  const said = await help('-q');
  expect(said).toMatchObject({ status: 0, stderr: '' });
  expect(await readFile(join(compiled, file))).toEqual(first);
  for (const damaged of [first.subarray(0, 1000), Buffer.from('no code')]) {
    await writeFile(join(compiled, file), damaged);
    expect(await help('-q')).toEqual(said);
    expect((await readFile(join(compiled, file))).length).toBeGreaterThan(1000);
  }
});

function testWithoutXen(name: string, body: () => Promise<void>): void {
  if (existsSync('/proc/xen/capabilities')) test.skip(`${name} [skipped: there is a Xen here]`, body);
  else test(name, body);
}

testWithoutXen('where there is no Xen a tool says so, with status 4 and a hint', async () => {
  const { status, stdout, stderr } = await run(join(folder, 'bin/vm-list'));
  expect({ status, stdout }).toEqual({ status: 4, stdout: '' });
  expect(stderr).toMatch(/^vm-list: .* \[XEN_\w+\]\nhint: /);
});

testWithoutXen('the plan of a creation needs no Xen', async () => {
  const settings = ['name=web1', 'type=pvh', 'kernel=/boot/vmlinuz', 'memory=256'];
  const { status, stdout } = await run(
    join(folder, 'bin/vm-create'),
    '-n',
    '/dev/null',
    ...settings,
    '--json',
  );
  expect(status).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ config: { name: 'web1', memoryKib: 262_144 } });
});
