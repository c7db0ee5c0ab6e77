import { X509Certificate } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { LivingGuest, OfferedGuest } from './peers/authorise.ts';
import { trustPeer } from './peers/peers.ts';
import { createTestHost, type TestHost } from './testing/test-host.ts';
import { Trust } from './trust.ts';

const MIB = 2 ** 20;
const [fingerprint, otherKey] = ['A', 'B'].map((letter) => `SHA256:${letter.repeat(43)}`) as [string, string];
const guestOf = (digit: string): OfferedGuest => ({
  ...{ name: 'web', uuid: `${digit}f0e0d0c-0b0a-0908-0706-050403020100`, live: true },
  ...{ memoryBytes: MIB, maxMemoryBytes: 2 * MIB },
});

let host: TestHost;
beforeEach(async () => {
  host = await createTestHost('a');
});
afterEach(async () => host[Symbol.asyncDispose]());

describe('what TLS is given', () => {
  test('is key and certificate, and no authority but our own', async () => {
    const { trust, folder, identity } = host;
    expect(trust.credentials).toEqual({ key: identity.key, cert: identity.certificate, ca: [] });
    await writeFile(folder.authorities, 'ours');
    expect(trust.credentials.ca).toHaveLength(0);
    await trust.reload();
    expect(trust.credentials.ca).toEqual(['ours']);
  });

  test('is nothing when authorities cannot be read', async () => {
    await mkdir(host.folder.authorities);
    await expect(Trust.open(host.folder)).rejects.toMatchObject({
      ...{
        code: 'XFR_TRUST_FILE',
        message: expect.stringContaining(`cannot read ${host.folder.authorities}`),
      },
    });
  });

  test('holds to the last second', async () => {
    const { folder, identity } = host;
    const end = identity.validTo.getTime();
    await Trust.open(folder, { now: () => end });
    await expect(Trust.open(folder, { now: () => end + 1 })).rejects.toMatchObject({
      code: 'XFR_IDENTITY_EXPIRED',
    });
  });
});

describe('a caller that shows the key of this very host', () => {
  const own = { chainError: undefined, address: '10.0.0.1:8002' };

  test('was called by it, if it was called', async () => {
    const certificate = new X509Certificate(host.identity.certificate);
    await expect(host.trust.checkPeer({ ...own, certificate, host: 'here' })).rejects.toMatchObject({
      ...{ code: 'XFR_SAME_HOST', details: { address: own.address, host: 'here' } },
      message: expect.stringContaining('here leads to this very host: 10.0.0.1:8002'),
    });
  });

  test('is a stranger like others, if it calls', async () => {
    const certificate = new X509Certificate(host.identity.certificate);
    const caller = host.trust.checkPeer({ ...own, certificate, host: undefined });
    await expect(caller).rejects.toMatchObject({ code: 'XFR_PEER_UNKNOWN' });
    const nobody = host.trust.checkPeer({ ...own, certificate: undefined, host: 'here' });
    await expect(nobody).rejects.toMatchObject({ code: 'XFR_PEER_NO_CERTIFICATE' });
  });
});

describe('guests of a peer', () => {
  const [first, second, third] = ['a', 'b', 'c'].map(guestOf) as [OfferedGuest, OfferedGuest, OfferedGuest];
  const refusedBy = (rule: string): object => ({ code: 'XFR_PEER_NOT_ALLOWED', details: { rule } });

  test('that have come as far as that they live here are not counted twice', async () => {
    await trustPeer(host.folder, 'b', { fingerprint, maxDomains: 3 });
    const living: LivingGuest[] = [first, second].map(({ uuid }) => ({ uuid, memoryBytes: 2 * MIB }));
    const options = { livingOf: async () => living };
    const { trust } = host;
    using _first = await trust.authorise('b', { ...first, uuid: first.uuid.toUpperCase() }, options);
    using _second = await trust.authorise('b', second, options);
    using _third = await trust.authorise('b', third, options);
    await expect(trust.authorise('b', guestOf('d'), options)).rejects.toMatchObject(refusedBy('maxDomains'));
    living.push({ uuid: guestOf('e').uuid, memoryBytes: MIB });
    await expect(trust.authorise('b', guestOf('d'), options)).rejects.toMatchObject(refusedBy('maxDomains'));
  });

  test('that live here count while nothing is on its way', async () => {
    await trustPeer(host.folder, 'b', { fingerprint, maxTotalMemoryMib: 5 });
    const living = (memoryBytes: number) => ({ livingOf: async () => [{ uuid: third.uuid, memoryBytes }] });
    const { trust } = host;
    (await trust.authorise('b', first, living(3 * MIB)))[Symbol.dispose]();
    await expect(trust.authorise('b', first, living(4 * MIB))).rejects.toMatchObject(
      refusedBy('maxTotalMemoryMib'),
    );
  });

  test('are asked for only where a rule counts them', async () => {
    const asked: string[] = [];
    const livingOf = async (who: string): Promise<readonly LivingGuest[]> => {
      asked.push(who);
      return [];
    };
    const { trust, folder } = host;
    await trustPeer(folder, 'b', { fingerprint });
    (await trust.authorise('b', first, { livingOf }))[Symbol.dispose]();
    expect(asked).toEqual([]);
    await trustPeer(folder, 'b', { maxDomains: 5 });
    (await trust.authorise('b', first, { livingOf }))[Symbol.dispose]();
    expect(asked).toEqual(['b']);
    (await trust.authorise('b', first, { livingOf, direction: 'to' }))[Symbol.dispose]();
    (await trust.authorise('b', first))[Symbol.dispose]();
    expect(asked).toEqual(['b']);
    await trustPeer(folder, 'c', {
      ...{ fingerprint: otherKey, maxTotalMemoryMib: 8 },
    });
    (await trust.authorise('c', first, { livingOf }))[Symbol.dispose]();
    expect(asked).toEqual(['b', 'c']);
  });

  test('on their way count for their peer alone, until they have come, by what they may grow to', async () => {
    const { trust, folder } = host;
    await trustPeer(folder, 'b', { fingerprint, maxConcurrent: 1, maxTotalMemoryMib: 6 });
    await trustPeer(folder, 'c', { fingerprint: otherKey, maxConcurrent: 1 });
    const way = await trust.authorise('b', first);
    await expect(trust.authorise('b', second)).rejects.toMatchObject(refusedBy('maxConcurrent'));
    using _other = await trust.authorise('c', second);
    way[Symbol.dispose]();
    (await trust.authorise('b', second))[Symbol.dispose]();
    await trustPeer(folder, 'b', { maxConcurrent: 9 });
    using _big = await trust.authorise('b', { ...first, memoryBytes: 4 * MIB });
    using _small = await trust.authorise('b', second);
    await expect(trust.authorise('b', third)).rejects.toMatchObject(refusedBy('maxTotalMemoryMib'));
  });

  test('that go there leave nothing behind', async () => {
    const { trust, folder } = host;
    await trustPeer(folder, 'b', { fingerprint, maxConcurrent: 1 });
    using _there = await trust.authorise('b', first, { direction: 'to' });
    using _here = await trust.authorise('b', second);
  });

  test('count for no peer when it is not known', async () => {
    await expect(host.trust.authorise('b', first)).rejects.toMatchObject({
      ...{ code: 'XFR_PEER_UNKNOWN', details: { name: 'b' } },
    });
  });
});
