import { readdir, readFile, readlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { expect } from '@jest/globals';
import { createGuest } from '@vm-tools/libdomain/testing';
import { trustEachOther } from '@vm-tools/trust/testing';
import {
  failure,
  listed,
  LONG,
  result,
  startXfrd,
  testOnHost,
  testOnTwoHosts,
  unchangedInTheEnd,
  until,
  waitForTicks,
  type RunningXfrd,
} from '@vm-tools/xen-sim/testing';
import { peekFingerprint } from '@vm-tools/trust';

/** Of the newest receiver. */
async function receiverOf(xfrd: RunningXfrd, count = 1): Promise<number> {
  const started = () => [...xfrd.log().matchAll(/"receiver started","pid":(\d+)/g)];
  await until(() => started().length >= count, `receiver ${count}`);
  return Number(started().at(-1)?.[1]);
}

/** Of the receiver that takes the place of another one, as soon as there is such a process. */
async function nextReceiver(xfrd: RunningXfrd, before: number): Promise<number> {
  const [, keeper = ''] = /"listening on [^"]*","pid":(\d+)/.exec(xfrd.log()) ?? [];
  return until(async () => {
    const children = await readFile(`/proc/${keeper}/task/${keeper}/children`, 'utf8');
    for (const pid of children.trim().split(' ').map(Number)) {
      if (pid === 0 || pid === before) continue;
      const line = await readFile(`/proc/${pid}/cmdline`, 'utf8');
      // Before that it is still a copy of its keeper, which waits for it.
      if (line.split('\0').includes('--permission')) return pid;
    }
    return undefined;
  }, 'the next receiver');
}

async function status(pid: number): Promise<Record<string, string>> {
  const text = await readFile(`/proc/${pid}/status`, 'utf8');
  return Object.fromEntries(
    text.split('\n').map((line) => line.split(':\t', 2).map((part) => part.trim().replace(/\s+/g, ' '))),
  ) as Record<string, string>;
}

testOnHost('what reads the network has no rights, no files, and no way to the host', async (host) => {
  // Node reads it in a thread of its own for so long that it is open when the receiver is started.
  const certificates = join(host.folder, 'certificates.pem');
  await writeFile(certificates, Array(50).fill(rootCertificates.join('\n')).join('\n'));
  await using xfrd = await startXfrd(host, '', 'unix', `NODE_EXTRA_CA_CERTS=${certificates}`);
  const pid = await receiverOf(xfrd);
  const { Uid, Gid, Groups, CapPrm, CapEff } = await status(pid);
  if (process.getuid?.() === 0) {
    const [uid = '', gid = ''] = [Uid, Gid].map((ids) => ids?.split(' ')[0]);
    expect(Number(uid)).toBeGreaterThan(0);
    expect({ Uid, Gid, Groups }).toEqual({
      Uid: Array(4).fill(uid).join(' '),
      Gid: Array(4).fill(gid).join(' '),
      Groups: '',
    });
    expect([CapPrm, CapEff].map(Number)).toEqual([0, 0]);
  }
  const limits = await readFile(`/proc/${pid}/limits`, 'utf8');
  expect(limits).toMatch(/^Max core file size +0 +0 /m);
  expect(limits).toMatch(/^Max file size +0 +0 /m);
  expect(await readFile(`/proc/${pid}/environ`, 'utf8')).toBe('');
  expect((await readFile(`/proc/${pid}/cmdline`, 'utf8')).split('\0')).toContain('--permission');

  // It has nothing of the file system open. Its sockets: to listen, to be asked, for images, the keeper, and its
  // stderr.
  const open = await Promise.all(
    (await readdir(`/proc/${pid}/fd`)).map((fd) => readlink(`/proc/${pid}/fd/${fd}`)),
  );
  const kinds = open.map((target) => target.replace(/:.*$/, ''));
  expect(kinds.filter((kind) => !['socket', 'pipe', 'anon_inode', '/dev/null'].includes(kind))).toEqual([]);
  expect(kinds.filter((kind) => kind === 'socket')).toHaveLength(5);
});

testOnTwoHosts('a receiver that is killed leaves nothing, and the next one serves', async (a, b) => {
  await trustEachOther(a.simulated, b.simulated);
  await createGuest(a, 'kept', LONG);
  await using xfrd = await startXfrd(b, '', 'tls');
  process.kill(await receiverOf(xfrd), 'SIGKILL');
  let count = 2;
  for (const moment of ['"reserving"', '"receiving"']) {
    await receiverOf(xfrd, count);
    const before = xfrd.log().length;
    await unchangedInTheEnd(b, async () => {
      const moving = failure(a, `vm-migrate kept ${xfrd.endpoint} --bwlimit 8M`);
      await until(() => xfrd.log().slice(before).includes(moment), `${moment} in the log of xfrd`);
      process.kill(await receiverOf(xfrd, count), 'SIGKILL');
      expect(await moving).toMatchObject({ error: { guest: { state: expect.stringContaining('running') } } });
      await receiverOf(xfrd, (count += 1));
    });
    await waitForTicks(a, 'kept');
  }
  const { uuid } = await result(a, `vm-migrate kept ${xfrd.endpoint}`);
  await waitForTicks(b, 'kept');
  expect(await listed(b, 'kept')).toMatchObject({ uuid });
  expect(xfrd.log()).toContain('"code":"XFRD_RECEIVER_LOST"');
});

testOnHost('what is changed while the next one is being started holds there, too', async (host) => {
  await host.run('xfrd init');
  await using xfrd = await startXfrd(host, '', 'tls');
  const first = await receiverOf(xfrd);
  process.kill(first, 'SIGKILL');
  const second = await nextReceiver(xfrd, first);
  process.kill(second, 'SIGSTOP');
  const changed = (await host.run('xfrd init --new-key')).trim();
  await xfrd.signal('SIGHUP');
  await xfrd.says('"reloaded"');
  process.kill(second, 'SIGCONT');
  await receiverOf(xfrd, 2);
  const { hostname, port } = new URL(xfrd.endpoint);
  const at = { host: hostname, port: Number(port) };
  await until(async () => (await peekFingerprint(at)).fingerprint === changed, 'the new key');
});

testOnTwoHosts(
  'one that is killed behind GO: the guest runs once, and its source hears of it',
  async (a, b) => {
    await createGuest(a, 'gone', 'type=pv');
    await using xfrd = await startXfrd(b);
    const pid = await receiverOf(xfrd);
    const moving = result(a, `vm-migrate gone ${xfrd.endpoint}`);
    await xfrd.says('"starting"');
    process.kill(pid, 'SIGKILL');
    await moving;
    await receiverOf(xfrd, 2);
    await waitForTicks(b, 'gone');
    expect(await failure(a, 'vm-list gone')).toMatchObject({ error: { kind: 'no-domain' } });
  },
);

testOnTwoHosts('what a crash has left in doubt is asked for through the receiver', async (a, b) => {
  await trustEachOther(a.simulated, b.simulated);
  await createGuest(a, 'doubt', 'type=pv');
  await using target = await startXfrd(b, '', 'tls');
  b.simulated.faults.add({ call: 'domainUnpause', delayMs: 1000 });
  const moving = a.spawn(`exec vm-migrate doubt ${target.endpoint}`);
  await target.says('"starting"');
  await moving.kill('SIGKILL');
  await moving.exited;
  await using source = await startXfrd(a, '', 'tls');
  await source.says('"recovered"');
  expect(source.log()).toMatch(/"from":"committed","to":"moved"/);
  await waitForTicks(b, 'doubt');
  expect(await failure(a, 'vm-list doubt')).toMatchObject({ error: { kind: 'no-domain' } });
});

testOnHost('SIGTERM while no receiver lives ends it all the same', async (a) => {
  const xfrd = await startXfrd(a);
  process.kill(await receiverOf(xfrd), 'SIGKILL');
  await xfrd.says('XFRD_RECEIVER_LOST');
  await xfrd[Symbol.asyncDispose]();
  expect(await xfrd.exited).toBe(0);
});
