import { execFileSync } from 'node:child_process';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { readConfigFile } from './read-config-file.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'config-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function fileWith(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

test('reads a file, with overrides', async () => {
  const path = await fileWith('a.cfg', 'name="a"\nkernel="/k"\nmemory=64\n');
  await expect(readConfigFile(path, { overrides: ['vcpus=2'] })).resolves.toMatchObject({
    name: 'a',
    vcpus: 2,
  });
});

test('names the file in the place of an error', async () => {
  const path = await fileWith('b.cfg', 'name=\n');
  await expect(readConfigFile(path)).rejects.toThrow(`${path}:1:6: `);
});

test.each([
  ['missing', undefined, 'there is no such file'],
  ['.', undefined, 'it is a directory'],
  ['latin1.cfg', new Uint8Array([0xe9, 0x0a]), 'it is not text in UTF-8'],
  ['image.raw', new Uint8Array(2 ** 20 + 1), 'it is too long for a configuration'],
])('%s cannot be read', async (name, content, message) => {
  if (content !== undefined) await fileWith(name, content);
  const error = readConfigFile(join(folder, name));
  await expect(error).rejects.toMatchObject({ code: 'CONFIG_UNREADABLE', kind: 'usage' });
  await expect(error).rejects.toThrow(message);
});

test('what is no file is refused before it is opened, where files alone are wanted', async () => {
  const pipe = join(folder, 'pipe');
  execFileSync('mkfifo', [pipe]);
  const socket = join(folder, 'socket');
  const server = createServer();
  await once(server.listen(socket), 'listening');
  for (const [path, what] of [
    [pipe, 'it is a pipe'],
    [socket, 'it is a socket'],
    ['/dev/zero', 'it is a device'],
    [folder, 'it is a directory'],
  ] as const) {
    const error = readConfigFile(path, { filesOnly: true });
    await expect(error).rejects.toMatchObject({ code: 'CONFIG_UNREADABLE', details: { file: path } });
    await expect(error).rejects.toThrow(what);
  }
  server.close();
  const path = await fileWith('d.cfg', 'name="d"\nkernel="/k"\nmemory=64\n');
  await expect(readConfigFile(path, { filesOnly: true })).resolves.toMatchObject({ name: 'd' });
  const file = await open(path);
  await expect(readConfigFile(`/dev/fd/${file.fd}`, { filesOnly: true })).resolves.toMatchObject({
    name: 'd',
  });
  await file.close();
});

test('an abort is an interruption', async () => {
  const path = await fileWith('c.cfg', 'name="a"');
  await expect(readConfigFile(path, { signal: AbortSignal.abort() })).rejects.toMatchObject({
    code: 'INTERRUPTED',
  });
});
