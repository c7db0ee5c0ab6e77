import { mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createTestHost, type TestHost } from '../testing/test-host.ts';
import { forgetPeer, listPeers, readPeer, trustPeer } from './peers.ts';

let host: TestHost;
beforeEach(async () => {
  host = await createTestHost('a');
});
afterEach(async () => host[Symbol.asyncDispose]());

const FINGERPRINT = `SHA256:${'A'.repeat(43)}`;
const OTHER = `SHA256:${'B'.repeat(43)}`;

test('no peer is known at first', async () => {
  expect(await listPeers(host.folder)).toEqual([]);
});

test('a peer that is trusted is known with its rules, until it is forgotten', async () => {
  const { folder } = host;
  await trustPeer(folder, 'c', { fingerprint: OTHER });
  await trustPeer(folder, 'b', { fingerprint: FINGERPRINT, domains: ['web-*'], maxMemoryMib: 512 });
  const peers = await listPeers(folder);
  expect(peers).toEqual([
    {
      name: 'b',
      fingerprint: FINGERPRINT,
      hosts: [],
      maySend: true,
      mayReceive: true,
      domains: ['web-*'],
      maxMemoryMib: 512,
      live: true,
    },
    { name: 'c', fingerprint: OTHER, hosts: [], maySend: true, mayReceive: true, live: true },
  ]);
  await forgetPeer(folder, 'b');
  expect(await readPeer(folder, 'b')).toBeUndefined();
  expect(await readdir(folder.peers)).toEqual(['c.json']);
  await expect(forgetPeer(folder, 'b')).rejects.toMatchObject({ code: 'XFR_PEER_UNKNOWN_NAME' });
});

test('what is not said stays as it is, and hosts are added', async () => {
  const { folder } = host;
  await trustPeer(folder, 'b', { fingerprint: FINGERPRINT, hosts: ['10.0.0.2'], maySend: false });
  const peer = await trustPeer(folder, 'b', { hosts: ['b.example', '10.0.0.2'], maxConcurrent: 2 });
  expect(peer).toMatchObject({
    fingerprint: FINGERPRINT,
    hosts: ['10.0.0.2', 'b.example'],
    maySend: false,
    maxConcurrent: 2,
  });
  expect(await readPeer(folder, 'b')).toEqual(peer);
});

test('a name does not get another key, nor a key another name', async () => {
  const { folder } = host;
  await trustPeer(folder, 'b', { fingerprint: FINGERPRINT });
  await expect(trustPeer(folder, 'b', { fingerprint: OTHER })).rejects.toMatchObject({
    code: 'XFR_PEER_KEY_CHANGED',
    hint: expect.stringContaining('xfrd forget b'),
  });
  await expect(trustPeer(folder, 'c', { fingerprint: FINGERPRINT })).rejects.toMatchObject({
    code: 'XFR_PEER_TWICE',
    details: { other: 'b' },
  });
  expect(await listPeers(folder)).toHaveLength(1);
});

test.each<[string, string]>([
  ['{', 'no JSON'],
  ['[]', 'object'],
  ['{}', 'either a fingerprint or a certificateName'],
  [JSON.stringify({ fingerprint: FINGERPRINT, certificateName: 'b' }), 'either a fingerprint'],
  [JSON.stringify({ fingerprint: 'sha256:1234' }), 'fingerprint: must be "SHA256:"'],
  [JSON.stringify({ fingerprint: FINGERPRINT, maxMemory: 1 }), 'maxMemory'],
  [JSON.stringify({ fingerprint: FINGERPRINT, maxMemoryMib: -1 }), 'maxMemoryMib'],
  [JSON.stringify({ fingerprint: FINGERPRINT, domains: ['a/b'] }), 'domains.0'],
  [JSON.stringify({ certificateName: '*.example' }), 'certificateName: must be'],
])('a file with %j is an error that says where and why', async (text, why) => {
  const { folder } = host;
  await trustPeer(folder, 'b', { fingerprint: OTHER });
  await writeFile(join(folder.peers, 'c.json'), text);
  const refused = { code: 'XFR_PEER_FILE', kind: 'usage', message: expect.stringContaining(why) };
  await expect(listPeers(folder)).rejects.toMatchObject(refused);
  await expect(listPeers(folder)).rejects.toThrow('c.json');
  expect(await readPeer(folder, 'b')).toMatchObject({ name: 'b' });
});

test.each(['', '.', '..', '../a', 'a/b', 'a b', '-a', 'a\0'])('%j is no name of a peer', async (name) => {
  const { folder } = host;
  const refused = { code: 'XFR_PEER_FILE', kind: 'usage' };
  await expect(trustPeer(folder, name, { fingerprint: OTHER })).rejects.toMatchObject(refused);
  await expect(forgetPeer(folder, name)).rejects.toMatchObject(refused);
});

test('files of others in the folder do not matter, and one that is no file does', async () => {
  const { folder } = host;
  await trustPeer(folder, 'b', { fingerprint: OTHER });
  await writeFile(join(folder.peers, 'b.json.0123.new'), 'half');
  await writeFile(join(folder.peers, '-notes.txt'), 'of somebody');
  await symlink('forgotten.meanwhile', join(folder.peers, 'c.json'));
  expect(await listPeers(folder)).toHaveLength(1);
  await mkdir(join(folder.peers, 'd.json'));
  await expect(listPeers(folder)).rejects.toMatchObject({ code: 'XFR_TRUST_FILE' });
  await rm(folder.peers, { recursive: true });
  expect(await listPeers(folder)).toEqual([]);
});

test('what cannot be read, written or removed says so, and what it is', async () => {
  const { folder } = host;
  await trustPeer(folder, 'b', { fingerprint: OTHER });
  await mkdir(join(folder.peers, 'd.json'));
  const said = (words: string): object => ({
    ...{ code: 'XFR_TRUST_FILE', message: expect.stringContaining(`cannot ${words} ${folder.peers}`) },
  });
  await expect(readPeer(folder, 'd')).rejects.toMatchObject(said('read'));
  await expect(forgetPeer(folder, 'd')).rejects.toMatchObject(said('remove'));
  await rm(folder.peers, { recursive: true });
  await writeFile(folder.peers, '');
  await expect(listPeers(folder)).rejects.toMatchObject(said('read'));
  const elsewhere = { ...folder, peers: join(folder.peers, 'below') };
  await expect(trustPeer(elsewhere, 'b', { fingerprint: OTHER })).rejects.toMatchObject({
    code: 'XFR_TRUST_FILE',
  });
  await rm(folder.peers);
  await symlink('/proc/nowhere', folder.peers);
  await expect(trustPeer(folder, 'b', { fingerprint: OTHER })).rejects.toMatchObject(said('write'));
});

test('what is said of a file that is wrong fits on a screen', async () => {
  const { folder } = host;
  await trustPeer(folder, 'b', { fingerprint: OTHER });
  const path = join(folder.peers, 'b.json');
  const messageOf = async (content: object): Promise<string> => {
    await writeFile(path, JSON.stringify(content));
    const error = await listPeers(folder).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'XFR_PEER_FILE', details: { path } });
    const { message } = error as Error;
    const head = `what is known of a peer in ${path} cannot be used: `;
    expect(message).toContain(head);
    return message.slice(head.length);
  };
  expect(await messageOf({})).toBe('must have either a fingerprint or a certificateName');
  const hosts = 'must be host names or addresses';
  expect(await messageOf({ fingerprint: OTHER, hosts: ['', ''] })).toBe(
    `hosts.0: ${hosts}; hosts.1: ${hosts}`,
  );
  const many = await messageOf({ fingerprint: OTHER, hosts: Array.from({ length: 20 }, () => '') });
  expect(many.split('; ')).toHaveLength(8);
  const unknown = await messageOf({ fingerprint: OTHER, ['x'.repeat(5000)]: 1 });
  expect(unknown).toHaveLength(1000);
});

test('a name keeps the way in which it is known', async () => {
  const { folder } = host;
  await trustPeer(folder, 'b', { certificateName: 'b.example' });
  expect(await trustPeer(folder, 'b', { maySend: false })).toMatchObject({ certificateName: 'b.example' });
  await expect(trustPeer(folder, 'b', { fingerprint: OTHER })).rejects.toMatchObject({
    code: 'XFR_PEER_FILE',
  });
  await trustPeer(folder, 'c', { certificateName: 'c.example' });
  await trustPeer(folder, 'd', { fingerprint: OTHER });
  await expect(trustPeer(folder, 'e', { fingerprint: OTHER })).rejects.toMatchObject({
    ...{ code: 'XFR_PEER_TWICE', kind: 'usage', details: { name: 'e', other: 'd' } },
  });
  await expect(trustPeer(folder, 'd', { certificateName: 'd' })).rejects.toMatchObject({
    code: 'XFR_PEER_FILE',
  });
  await expect(forgetPeer(folder, 'x')).rejects.toMatchObject({ kind: 'usage', details: { name: 'x' } });
});

test('peers are in the order of their names', async () => {
  const { folder } = host;
  for (const [count, name] of ['c', 'a', 'b'].entries())
    await trustPeer(folder, name, { fingerprint: `SHA256:${String(count).repeat(43)}` });
  expect((await listPeers(folder)).map(({ name }) => name)).toEqual(['a', 'b', 'c']);
});

test('a file is for people', async () => {
  const { folder } = host;
  await trustPeer(folder, 'b', { fingerprint: OTHER });
  expect(await readFile(join(folder.peers, 'b.json'), 'utf8')).toContain(`  "fingerprint": "${OTHER}",\n`);
});
