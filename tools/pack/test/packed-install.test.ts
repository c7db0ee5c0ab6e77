import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { result, startTestHost, startXfrd } from '@vm-tools/xen-sim/testing';
import { execFile } from 'node:child_process';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { packAll, type Packed } from '../src/index.ts';
import { install } from './install.ts';

const ROOT = join(import.meta.dirname, '../../..');

let base: string;
let packed: readonly Packed[];
/** The folder in which everything is installed. */
let client: string;

beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), 'packed-'));
  client = join(base, 'client');
  packed = await packAll({ root: ROOT, folder: join(base, 'pack') });
  await install(ROOT, client, packed);
  await cp(join(import.meta.dirname, 'client'), client, { recursive: true });
});

afterAll(() => rm(base, { recursive: true, force: true }));

/** Every name by which a module of ours is imported: "@vm-tools/ipc/calls". */
function entries(): string[] {
  return packed.flatMap(({ manifest: { name, exports = {} } }) =>
    Object.keys(exports)
      .filter((subpath) => !['./package.json', './require-node'].includes(subpath))
      .map((subpath) => name + subpath.slice(1)),
  );
}

function node(...words: string[]) {
  return promisify(execFile)(process.execPath, words, { cwd: client });
}

/** Pretends to be a Node of 2024, as far as a program can see. */
const OLD = `--import=data:text/javascript,${encodeURIComponent(
  "Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '22.1.0' } })",
)}`;

test('a package has its JavaScript, declarations, maps and the licence, and no sources or tests', () => {
  expect(packed.length).toBeGreaterThan(20);
  for (const { manifest, files } of packed) {
    expect(files).toEqual(expect.arrayContaining(['LICENSE', 'README.md', 'package.json']));
    expect(files.filter((path) => /test|(?<!\.d)\.ts$|^src/.test(path))).toEqual([]);
    const modules = files.filter((path) => /^dist\/.*\.js$/.test(path));
    expect(modules).not.toEqual([]);
    const besides = modules.flatMap((path) => [path.replace(/js$/, 'd.ts'), `${path}.map`]);
    expect(files).toEqual(expect.arrayContaining(besides));
    expect(manifest).toMatchObject({ version: '0.1.0', license: 'Apache-2.0', engines: { node: '>=24' } });
    expect(Object.values(manifest.dependencies ?? {}).join()).toMatch(/^([\d.]+(,|$))*$/);
  }
});

test('every entry can be imported', async () => {
  const imports = entries().map((name) => `import ${JSON.stringify(name)};`);
  await writeFile(join(client, 'imports.js'), imports.join('\n'));
  expect(await node('imports.js')).toEqual({ stdout: '', stderr: '' });
});

test('a strict client in TypeScript gets types of all of it', async () => {
  const imports = entries().map(
    (name, at) => `import * as e${at} from ${JSON.stringify(name)};\nvoid e${at};`,
  );
  await writeFile(join(client, 'entries.ts'), imports.join('\n'));
  await node(join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', '.');
});

test('that client saves, restores and moves a guest', async () => {
  const { stdout, stderr } = await node('client.ts');
  expect(JSON.parse(stdout)).toEqual({ a: [], b: ['web1'], live: true });
  expect(stderr).toBe('');
});

test('the tools of node_modules/.bin do it too, with the receiver and the helper that lie there', async () => {
  const before = process.env['VM_TOOLS_TEST_BIN'];
  process.env['VM_TOOLS_TEST_BIN'] = join(client, 'node_modules/.bin');
  try {
    await using a = await startTestHost();
    await using b = await startTestHost({ name: 'b' });
    expect(await a.run('vm-save --version')).toBe('vm-save 0.1.0\n');
    await a.run('vm-create polite.cfg name=web1');
    await a.run('vm-save web1 -o web1.img');
    await a.run('vm-restore web1.img');
    await using xfrd = await startXfrd(b);
    await a.run(`vm-migrate web1 ${xfrd.endpoint}`);
    expect(await result(b, 'vm-list web1')).toMatchObject([{ name: 'web1' }]);
  } finally {
    if (before === undefined) delete process.env['VM_TOOLS_TEST_BIN'];
    else process.env['VM_TOOLS_TEST_BIN'] = before;
  }
});

test('an older Node is refused in one sentence, by every tool and by every library', async () => {
  const why = `vm-tools need Node 24 or later, and ${process.execPath} is Node 22.1.0`;
  const bins = packed.flatMap(({ manifest: { bin = {} } }) => Object.keys(bin));
  const refusals = bins.map(async (name) => {
    const refused = node(OLD, join('node_modules/.bin', name), '--help');
    await expect(refused).rejects.toMatchObject({ code: 1, stdout: '', stderr: `${name}: ${why}\n` });
  });
  expect(bins.length).toBeGreaterThan(10);
  await Promise.all(refusals);

  const libraries = entries().filter((name) => !name.endsWith('/node-version'));
  const messages = `for (const name of ${JSON.stringify(libraries)})
    await import(name).then(() => console.log(name), (error) => console.log(error.message));`;
  await writeFile(join(client, 'refused.js'), messages);
  const { stdout } = await node(OLD, 'refused.js');
  expect(stdout.trimEnd().split('\n')).toEqual(libraries.map(() => why));
});
