import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import { createGuest } from '@vm-tools/libdomain/testing';
import { readCore } from '@vm-tools/xen-stream/testing';
import {
  failure,
  interrupt,
  listed,
  result,
  testOnHost,
  testRefusals,
  unchanged,
  waitForTicks,
  type TestHost,
} from '@vm-tools/xen-sim/testing';

testRefusals((domain) => `vm-dump ${domain} x.core`);

const coreOf = async ({ folder }: TestHost, name: string): Promise<ReturnType<typeof readCore>> =>
  readCore(await readFile(join(folder, name)));

/** The page of each frame is the one that the guest has: it stands still. */
function expectMemoryOf({ simulated }: TestHost, domid: number, core: ReturnType<typeof readCore>): void {
  const { memory } = simulated.machine.requireDomain(domid, 'test');
  expect(core.pages.size).toBe(memory.populatedPages);
  const page = Buffer.alloc(4096);
  for (const [pfn, content] of core.pages) {
    memory.readPage(Number(pfn), page);
    expect([pfn, content.equals(page)]).toEqual([pfn, true]);
  }
}

testOnHost('a core has all of the memory, is private, and its domain is left as it was', async (host) => {
  for (const type of ['pv', 'pvh']) {
    const { domid } = await createGuest(host, type, `type=${type}`);
    await result(host, `vm-pause ${type}`);
    const file = `${type}.core`;
    await unchanged(host, async () => {
      expect(await result(host, `vm-dump ${type} ${file}`)).toMatchObject({
        domid,
        name: type,
        file,
        live: false,
      });
      expectMemoryOf(host, domid, await coreOf(host, file));
      await host.run(`mv ${file} kept-${file}; mkdir -p old; mv kept-${file} old/${file}`);
      const found = await stat(join(host.folder, 'old', file));
      expect(found.mode & 0o777).toBe(0o600);
      expect(found.blocks * 512).toBeLessThan(found.size); // zeros are holes
      await host.run('rm -r old');
    });
    expect((await listed(host, type)).state).toBe('paused');
  }
  await result(host, 'vm-dump pvh pvh.core');
  expect(await coreOf(host, 'pvh.core')).toMatchObject({ isTranslated: true, vcpus: 1, xen: '4.17.7' });
});

testOnHost('a domain that runs goes on, and need not stand still', async (host) => {
  await createGuest(host, 'web1');
  await result(host, 'vm-dump web1 web1.core');
  await waitForTicks(host, 'web1');
  expect(await result(host, 'vm-dump --live web1 live.core')).toMatchObject({ live: true });
  expect((await coreOf(host, 'live.core')).pages.size).toBeGreaterThan(1000);
  const exists = await failure(host, 'vm-dump web1 web1.core');
  expect(exists).toMatchObject({ status: 2, error: { code: 'XFR_FILE_EXISTS' } });
  await result(host, 'vm-dump --overwrite web1 web1.core');
  await host.run('vm-dump web1 - | cat >piped.core');
  expect((await coreOf(host, 'piped.core')).vcpus).toBe(1);
  await waitForTicks(host, 'web1');
});

testOnHost('a failure and Ctrl-C leave no file, and the domain runs', async (host) => {
  await createGuest(host, 'web1', 'cmdline=sim.tick=20ms sim.dirty=32M/s sim.set=2M');
  host.simulated.faults.add({ call: 'domainDumpcore', errno: 'EIO', at: 100_000 });
  const broken = await failure(host, 'vm-dump web1 web1.core');
  expect(broken).toMatchObject({
    status: 1,
    error: { code: 'XEN_CALL_FAILED', guest: { state: 'still running here' } },
  });
  const stopped = await interrupt(
    host,
    'vm-dump web1 web1.core --bwlimit 64K',
    ({ type, status }) => type === 'progress' && status === 'stop-and-copy',
  );
  expect(stopped).toMatchObject({ status: 130, error: { code: 'INTERRUPTED' } });
  await waitForTicks(host, 'web1');
  expect(
    (await readdir(host.folder)).filter((name) => name.includes('core') || name.includes('partial')),
  ).toEqual([]);
});

testOnHost('several go into a folder, and one that fails does not stop the others', async (host) => {
  await createGuest(host, 'web1');
  await createGuest(host, 'web2');
  await host.run('mkdir cores');
  const { code, stdout } = await host.exec('vm-dump web1 none web2 cores --json');
  expect({ code, value: JSON.parse(stdout) as unknown }).toMatchObject({
    code: 3,
    value: [
      { name: 'web1', file: 'cores/web1.core' },
      { domain: 'none', error: { code: 'DOMAIN_UNKNOWN' } },
      { name: 'web2', file: 'cores/web2.core' },
    ],
  });
  expect(await readdir(join(host.folder, 'cores'))).toEqual(['web1.core', 'web2.core']);
  const nowhere = await failure(host, 'vm-dump web1 web2 nowhere');
  expect(nowhere).toMatchObject({ status: 2, error: { code: 'USAGE', hint: 'mkdir nowhere' } });
});
