import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, stat } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { connectXenstore } from '@vm-tools/xenstore';
import { connectSimulatedHost, simPaths } from '@vm-tools/xen-wire';
import { claimFolder, listNames, statusOfHost } from './claim-folder.ts';
import { askHost } from './control/ask-host.ts';
import { createSimulatedHost, type SimulatedHost } from './host.ts';
import { serveHost } from './serve-host.ts';
import { createDomain } from './testing/small-toolstack.ts';

const { VM_TOOLS_SIM } = process.env;
let base: string;

beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), 'sim-'));
  process.env['VM_TOOLS_SIM'] = base;
});

afterAll(async () => {
  if (VM_TOOLS_SIM === undefined) delete process.env['VM_TOOLS_SIM'];
  else process.env['VM_TOOLS_SIM'] = VM_TOOLS_SIM;
  await rm(base, { recursive: true });
});

async function serve(name: string): Promise<{ host: SimulatedHost; folder: string } & AsyncDisposable> {
  const folder = await claimFolder(name);
  const host = await createSimulatedHost({ name, memory: '1G', root: simPaths(folder).root });
  const served = await serveHost(host, folder);
  return {
    host,
    folder,
    async [Symbol.asyncDispose]() {
      await served.close();
      await host[Symbol.asyncDispose]();
      await rm(folder, { recursive: true });
    },
  };
}

test('is used through its sockets, which are for its owner alone', async () => {
  await using a = await serve('a');
  const { hypercalls, xenstored, control } = simPaths(a.folder);
  for (const path of [a.folder, hypercalls, xenstored, control]) {
    expect((await stat(path)).mode & 0o077).toBe(0);
  }
  const connected = await connectSimulatedHost('a');
  expect(connected.root).toBe(a.host.root);
  const domid = await createDomain({ ...a.host, ...connected }, 'web1');
  expect(await connected.xen.domainGetinfo(domid)).toMatchObject({ domid, isPaused: false });
  expect(await connected.store.read(`/local/domain/${domid}/name`)).toBe('web1');
  await connected.close();
});

test('a fault concerns who connects from outside', async () => {
  await using a = await serve('a');
  await askHost('a', { ask: 'add-fault', rule: { call: 'xenstore.read', errno: 'EIO' } });
  const store = await connectXenstore({ path: simPaths(a.folder).xenstored });
  await expect(store.read('/local')).rejects.toMatchObject({ code: 'XENSTORE_EIO' });
  await store.close();
  expect((await askHost('a', { ask: 'faults' })).rules).toMatchObject([{ call: 'xenstore.read' }]);
  expect(await askHost('a', { ask: 'clear-faults' })).toEqual({ removed: 1 });
});

test('tells of guests and changes them', async () => {
  await using a = await serve('a');
  const domid = await createDomain(a.host, 'web1');
  await a.host.snapshot();
  const status = await askHost('a', { ask: 'guest', domain: 'web1', change: { dirty: '1M/s' } });
  expect(status).toMatchObject({ domid, name: 'web1', model: { dirtyRate: 2 ** 20 } });
  const wrong = askHost('a', { ask: 'guest', domain: `${domid}`, change: { dirty: 'much' } });
  await expect(wrong).rejects.toMatchObject({ code: 'XEN_SIM_GUEST_MODEL', kind: 'usage' });
  const missing = askHost('a', { ask: 'guest', domain: 'web2' });
  await expect(missing).rejects.toMatchObject({ code: 'XEN_SIM_NO_DOMAIN', kind: 'no-domain' });
});

test.each(['nonsense', '{"ask":"nothing"}', '{"ask":"add-fault","rule":{"call":"x"}}', 'x'.repeat(100_000)])(
  'survives %.30s',
  async (line) => {
    await using a = await serve('a');
    const socket = createConnection(simPaths(a.folder).control);
    socket.end(line);
    const answer = await text(socket).catch(() => '');
    if (line.length < 1000)
      expect(JSON.parse(answer)).toMatchObject({ error: { code: 'XEN_SIM_REQUEST', kind: 'usage' } });
    expect(await statusOfHost('a')).toMatchObject({ name: 'a', domains: 0, totalMib: 1024 });
  },
);

test('there is one of a name, and a folder that a crash left does not hinder it', async () => {
  await mkdir(join(base, 'b'));
  expect(await listNames()).toContain('b');
  await expect(connectSimulatedHost('b')).rejects.toMatchObject({ code: 'XEN_SIM_ABSENT', kind: 'no-xen' });
  await using b = await serve('b');
  await expect(claimFolder('b')).rejects.toMatchObject({ code: 'XEN_SIM_RUNS' });
  expect(await statusOfHost('b')).toMatchObject({ name: b.host.name });
});

test('asks in vain where no host answers', async () => {
  await expect(askHost('c', { ask: 'status' })).rejects.toMatchObject({ code: 'XEN_SIM_ABSENT' });
  await mkdir(join(base, 'c'));
  const { createServer } = await import('node:net');
  const silent = createServer(() => undefined).listen(join(base, 'c/control.sock'));
  await once(silent, 'listening');
  const asked = askHost('c', { ask: 'status' }, { limitMs: 20 });
  await expect(asked).rejects.toMatchObject({ code: 'XEN_SIM_SILENT', kind: 'timeout' });
  silent.close();
});
