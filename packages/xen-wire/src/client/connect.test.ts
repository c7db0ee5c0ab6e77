import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { connectXen } from './connect.ts';
import { listenXen } from '../server/listen.ts';
import { asXen, DoubleXen } from '../testing/double-xen.ts';

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bridge-'));
  path = join(folder, 'xen.sock');
});
afterEach(() => rm(folder, { recursive: true }));

test('a Xen on a socket of its own, for its owner alone', async () => {
  const double = new DoubleXen();
  const listening = await listenXen(asXen(double), path);
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  const xen = await connectXen(path);
  await xen.domainPause(7);
  expect(double.calls).toEqual([['domainPause', 7]]);
  await listening.close();
  await expect(xen.domainPause(7)).rejects.toMatchObject({ code: 'XEN_WIRE_LOST' });
  await expect(stat(path)).rejects.toThrow('ENOENT');
});

test('a path without a server', async () => {
  await expect(connectXen(path)).rejects.toMatchObject({
    code: 'XEN_WIRE_UNREACHABLE',
    kind: 'no-xen',
    details: { path, errno: 'ENOENT' },
  });
  await expect(connectXen(path, { signal: AbortSignal.abort() })).rejects.toMatchObject({
    code: 'INTERRUPTED',
  });
});

test('a place that is taken, or is none', async () => {
  const xen = asXen(new DoubleXen());
  const listening = await listenXen(xen, path);
  await expect(listenXen(xen, path)).rejects.toMatchObject({
    code: 'XEN_WIRE_LISTEN',
    details: { path, errno: 'EADDRINUSE' },
  });
  await listening.close();
  await expect(listenXen(xen, join(folder, 'missing', 'xen.sock'))).rejects.toMatchObject({
    code: 'XEN_WIRE_LISTEN',
  });
});
