import { expect } from '@jest/globals';
import { createGuest } from '@vm-tools/libdomain/testing';
import {
  failure,
  listed,
  result,
  state,
  testOnHost,
  until,
  waitForTicks,
  type TestHost,
} from '@vm-tools/xen-sim/testing';
import { rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

interface Reported {
  readonly check: string;
  readonly about: string;
  readonly state: string;
}

/** Its findings, and its status. */
async function look(host: TestHost, options = ''): Promise<{ status: number; found: Reported[] }> {
  const { code, stdout } = await host.exec(`vm-doctor . ${options} --json`);
  return { status: code, found: JSON.parse(stdout) as Reported[] };
}

const kept = (found: readonly Reported[]): string[] =>
  found.map(({ check, about, state: what }) => `${check} ${about} ${what}`);

testOnHost('a host in order has nothing to show, also while guests are saved on it', async (host) => {
  await createGuest(host, 'web1');
  expect(await host.exec('vm-doctor .')).toMatchObject({ code: 0, stdout: '' });
  const save = host.spawn('exec vm-save web1 -o web1.img --bwlimit 10K');
  await until(async () => (await host.simulated.store.read('/libxl/1/vm-tools/suspending')) !== undefined);
  expect(await look(host)).toEqual({ status: 0, found: [] });
  await save.kill('SIGINT');
  await save.exited;
  await waitForTicks(host, 'web1');
});

testOnHost('what a save leaves that was killed is found, and put in order', async (host) => {
  const { domid } = await createGuest(host, 'web1', 'type=pv');
  const before = await state(host);
  const save = host.spawn('exec vm-save web1 -o web1.img --bwlimit 10K');
  await until(async () => (await listed(host, 'web1')).state === 'suspended');
  await save.kill('SIGKILL');
  await save.exited;

  const { status, found } = await look(host);
  expect(status).toBe(1);
  expect(kept(found)).toEqual([
    'interrupted-saves web1 found',
    expect.stringMatching(/^partial-images \.partial-image-\w+ found$/),
  ]);
  expect((await host.exec('vm-doctor')).stdout).toContain('--fix would: let it run on as before');

  const mended = await look(host, '--fix');
  expect(mended.status).toBe(0);
  expect(mended.found.map((each) => each.state)).toEqual(mended.found.map(() => 'mended'));
  await waitForTicks(host, 'web1');
  expect(await look(host)).toEqual({ status: 0, found: [] });
  expect(await state(host)).toEqual(before);
  expect((await listed(host, 'web1')).domid).toBe(domid);
});

for (const [call, about] of [
  ['xenstore.transactionStart', 'domain 1'],
  ['domainMaxVcpus', 'web1'],
  ['xenstore.introduce', 'web1'],
] as const) {
  testOnHost(`a domain whose vm-create was killed at ${call} is not let run, and removed`, async (host) => {
    const before = await state(host);
    const { faults } = host.simulated;
    const rule = faults.add({ call, hang: true });
    const create = host.spawn('exec vm-create polite.cfg name=web1');
    await until(() => (faults.calls.get(call) ?? 0) > 0 && host.simulated.machine.domains.has(1));
    await create.kill('SIGKILL');
    await create.exited;
    faults.remove(rule);

    const { status, error } = await failure(host, 'vm-unpause 1');
    expect({ status, code: error.code, hint: error.hint }).toEqual({
      status: 2,
      code: 'DOMAIN_UNFINISHED',
      hint: 'vm-destroy 1, and make it again',
    });
    expect(kept((await look(host, '--fix --yes')).found)).toEqual([`unfinished-domains ${about} mended`]);
    expect(await state(host)).toEqual(before);
  });
}

for (const call of ['xenstore.transactionStart', 'domainDestroy', 'xenstore.transactionEnd'] as const) {
  testOnHost(`what a vm-destroy leaves that was killed at ${call} is found, and removed`, async (host) => {
    const before = await state(host);
    const { domid } = await createGuest(host, 'web1');
    const { faults, machine } = host.simulated;
    // The last transaction comes when Xen has forgotten the domain.
    const nth = call === 'xenstore.transactionEnd' ? { nth: 2 } : {};
    const rule = faults.add({ call, hang: true, ...nth });
    const destroy = host.spawn(`exec vm-destroy ${domid}`);
    await until(() => (faults.calls.get(call) ?? 0) > ('nth' in nth ? 1 : 0) || undefined);
    await destroy.kill('SIGKILL');
    await destroy.exited;
    faults.remove(rule);
    if (machine.domains.has(domid)) {
      // It is paused, whole or not, and still one that can be destroyed by hand.
      await result(host, `vm-destroy ${domid}`);
    } else {
      const { status, found } = await look(host);
      expect([status, ...kept(found)]).toEqual([1, `gone-domains domain ${domid} found`]);
      expect(kept((await look(host, '--fix')).found)).toEqual([`gone-domains domain ${domid} mended`]);
    }
    expect(await look(host)).toEqual({ status: 0, found: [] });
    expect(await state(host)).toEqual(before);
  });
}

testOnHost(
  'nodes, backends and a configuration without a domain are found, and others stay',
  async (host) => {
    const { domid, uuid } = await createGuest(host, 'web1');
    const { store, root } = host.simulated;
    const clean = await state(host);
    await store.write('/libxl/99/type', 'pvh');
    await store.write('/local/domain/0/backend/vbd/98/51712/state', '6');
    const folder = join(root, 'var/lib/xen');
    const other = '11111111-2222-4333-8444-555555555555';
    await writeFile(join(folder, `userdata-d.97.${other}.libxl-json`), '{}\0');
    // The number is another domain's by now.
    await writeFile(join(folder, `userdata-d.${domid}.${other}.libxl-json`), '{}\0');
    const { found } = await look(host);
    expect(found.map(({ about }) => about).sort()).toEqual(
      [`domain ${domid}`, 'domain 97', 'domain 98', 'domain 99'].sort(),
    );
    expect(JSON.stringify(found)).toContain('the backends of its devices');
    expect((await look(host, '--fix')).found.map((each) => each.state)).toEqual(Array(4).fill('mended'));
    expect(await look(host)).toEqual({ status: 0, found: [] });
    await waitForTicks(host, 'web1');
    expect(await listed(host, uuid)).toMatchObject({ domid });
    await store.rm('/local/domain/0/backend/vbd'); // the folder of a kind stays
    expect(await state(host)).toEqual(clean);
  },
);

testOnHost('a qemu without a domain is found and ended, and one with a domain stays', async (host) => {
  const { domid } = await createGuest(host, 'web1');
  const { dom0 } = host.simulated;
  const start = (of: number): Promise<{ readonly pid: number }> =>
    dom0.startQemu({
      domid: of,
      program: '/usr/bin/qemu-system-i386',
      args: ['-xen-domid', `${of}`, '-qmp', `unix:${join(host.folder, `qmp-${of}`)},server=on,wait=off`],
      env: {},
      logPath: join(host.folder, 'qemu.log'),
    });
  const [living, lost] = [await start(domid), await start(99)];
  const { status, found } = await look(host);
  // It has left its nodes as well.
  const both = [`lost-qemus qemu ${lost.pid}`, 'gone-domains domain 99'];
  expect([status, ...kept(found)]).toEqual([1, ...both.map((one) => `${one} found`)]);
  expect(kept((await look(host, '--fix')).found)).toEqual(both.map((one) => `${one} mended`));
  expect(await dom0.listQemus()).toEqual([{ pid: living.pid, domid }]);
  expect(await look(host)).toEqual({ status: 0, found: [] });
  await dom0.endQemu({ pid: living.pid, domid }, 'orderly');
});

/** A guest with a disk whose file becomes a loop device. */
async function withLoop(
  host: TestHost,
  name: string,
): Promise<{ readonly domid: number; readonly file: string }> {
  const file = join(host.folder, `${name}.raw`);
  await host.run(`truncate -s 4M ${file}`);
  const { domid } = await createGuest(host, name, `disk=["${file},raw,xvda"]`);
  return { domid, file };
}

testOnHost('a loop device of a disk that is gone is found and taken away', async (host) => {
  const { devices, machine, store } = host.simulated;
  const kept = await withLoop(host, 'kept');
  const { domid, file } = await withLoop(host, 'web1');
  const [, lost] = devices.loops;
  expect(lost).toMatchObject({ path: '/dev/loop1', file });
  expect(await look(host)).toEqual({ status: 0, found: [] });
  // As a toolstack that was killed leaves it: Xen has forgotten the domain, and nothing of it is left but the loop device.
  machine.destroyDomain(domid);
  for (const path of [`/local/domain/${domid}`, `/libxl/${domid}`, `/local/domain/0/backend/vbd/${domid}`])
    await store.rm(path);
  await host.run(`rm -f var/lib/xen/userdata-d.${domid}.*; rm ${file}`);
  await until(async () => (await host.simulated.dom0.listLoops())[1]?.isInUse === false);
  const { status, found } = await look(host);
  expect(status).toBe(1);
  expect(found).toContainEqual(
    expect.objectContaining({
      check: 'lost-loops',
      about: '/dev/loop1',
      state: 'found',
      message: `it was set up for a disk of domain ${domid}, which has it no more, and keeps ${file} (deleted) open`,
    }),
  );
  const mended = (await look(host, '--fix')).found;
  expect(mended.map((one) => `${one.check} ${one.state}`)).toContain('lost-loops mended');
  expect(devices.loops).toMatchObject([{ path: '/dev/loop0', file: kept.file }]);
  expect(await look(host)).toEqual({ status: 0, found: [] });
  await result(host, 'vm-destroy kept');
  expect(devices.loops).toEqual([]);
});

testOnHost('one that an operator has set up, or that is in use, is left alone', async (host) => {
  const { dom0, faults } = host.simulated;
  const { domid } = await withLoop(host, 'web1');
  const [loop] = await dom0.listLoops();
  expect(loop).toMatchObject({ path: '/dev/loop0', isInUse: true });
  await expect(dom0.detachLoop(loop!)).rejects.toMatchObject({ code: 'DOM0_LOOP_STAYS' });
  // Its number is another one's by now: nothing is known of it.
  await result(host, `vm-destroy ${domid}`);
  const again = await withLoop(host, 'web2');
  await dom0.detachLoop({ path: '/dev/loop0', sequence: loop!.sequence });
  expect(await dom0.listLoops()).toHaveLength(1);
  expect(await look(host, '--fix')).toEqual({ status: 0, found: [] });
  expect(host.simulated.devices.loops).toMatchObject([{ file: again.file }]);
  faults.add({ call: 'dom0.lookAtLoop', errno: 'EIO' });
  await result(host, 'vm-destroy web2');
  expect(host.simulated.devices.loops).toEqual([]);
});

testOnHost('a domain that cannot die is told of, and goes when it is let go', async (host) => {
  const { domid } = await createGuest(host, 'web1');
  const letGo = host.simulated.machine.holdPages(domid);
  expect(await failure(host, `vm-destroy ${domid}`)).toMatchObject({ error: { code: 'DOMAIN_ZOMBIE' } });
  const stuck = await look(host);
  expect([stuck.status, ...kept(stuck.found)]).toEqual([1, `zombies domain ${domid} found`]);
  expect(kept((await look(host, '--fix')).found)).toEqual([`zombies domain ${domid} failed`]);
  letGo();
  expect(await look(host)).toEqual({ status: 0, found: [] });
});

testOnHost('the marks of a guest that has ended meanwhile mean nothing', async (host) => {
  const { domid } = await createGuest(host, 'ended');
  for (const mark of ['logged', 'suspending'])
    await host.simulated.store.write(`/libxl/${domid}/vm-tools/${mark}`, '');
  expect(kept((await look(host)).found)).toEqual(['interrupted-saves ended found']);
  host.simulated.machine.guestShutdown(domid, 'crash');
  expect(await look(host)).toEqual({ status: 0, found: [] });
});

testOnHost('what may end a guest takes another word', async (host) => {
  const { domid } = await createGuest(host, 'half');
  await host.simulated.store.write(`/libxl/${domid}/vm-tools/incoming`, 'f'.repeat(32));
  for (const options of ['', '--fix']) {
    const { status, found } = await look(host, options);
    expect([status, ...kept(found)]).toEqual([1, 'incoming-domains half needs-yes']);
  }
  expect((await listed(host, 'half')).domid).toBe(domid);
  expect(kept((await look(host, '--fix --yes')).found)).toEqual(['incoming-domains half mended']);
  expect((await failure(host, 'vm-list half')).status).toBe(3);
});

testOnHost('a guest that could not be restarted is started when its kernel is here', async (host) => {
  await host.run(`cp -L ${host.simulated.kernel} own-kernel`);
  const kernel = join(host.folder, 'own-kernel');
  await result(host, `vm-create polite.cfg name=web1 kernel=${kernel}`);
  await waitForTicks(host, 'web1');
  await host.run('mv own-kernel elsewhere');
  const { uuid } = await listed(host, 'web1');
  const record = {
    name: 'web1',
    configJson: JSON.stringify({
      c_info: { type: 'pvh', name: 'web1', uuid },
      b_info: { max_memkb: 4096, target_memkb: 4096, kernel, 'type.pvh': {} },
    }),
    failure: { code: 'DOMAIN_KERNEL_MISSING', message: `cannot read the kernel ${kernel}` },
  };
  await result(host, 'vm-destroy web1');
  const folder = join(host.simulated.root, 'var/lib/vm-tools/restart');
  await host.run(`mkdir -p ${folder}`);
  const path = join(folder, `1.${uuid}.json`);
  await writeFile(path, JSON.stringify(record));

  expect(kept((await look(host, '--fix')).found)).toEqual(['pending-restarts web1 failed']);
  await host.run('mv elsewhere own-kernel');
  expect(kept((await look(host, '--fix')).found)).toEqual(['pending-restarts web1 mended']);
  expect((await listed(host, 'web1')).uuid).toBe(uuid);
  await expect(stat(path)).rejects.toThrow('ENOENT');
  await rm(kernel);
});

testOnHost('a journal that cannot be read is shown, and left to the operator', async (host) => {
  const { uuid } = await createGuest(host, 'web1');
  const folder = join(host.simulated.root, 'var/lib/vm-tools/transfers');
  await host.run(`mkdir -p -m 700 ${folder}`);
  await writeFile(join(folder, `${'a'.repeat(32)}.${uuid}.jsonl`), 'garbage\n');
  const { status, found } = await look(host, '--fix --yes');
  expect(status).toBe(1);
  expect(kept(found)).toEqual(['open-transfers a journal by-hand']);
});

testOnHost('files of locks without a holder are removed', async (host) => {
  const folder = join(host.simulated.root, 'run/vm-tools/domains');
  await host.run(`mkdir -p -m 700 ${folder}`);
  const path = join(folder, '11111111-2222-4333-8444-555555555555.lock');
  await writeFile(path, '');
  expect(kept((await look(host)).found)).toEqual([`stale-locks ${path} found`]);
  expect(kept((await look(host, '--fix')).found)).toEqual([`stale-locks ${path} mended`]);
  expect(await look(host)).toEqual({ status: 0, found: [] });
});

testOnHost('what a bootloader has fetched for a guest whose start broke off is removed', async (host) => {
  const folder = join(host.simulated.root, 'var/lib/xen');
  const path = join(folder, 'bootloader.11111111-2222-4333-8444-555555555555.d');
  await host.run(`mkdir -p ${path} ${folder}/bootloader.7.d; touch ${path}/output`); // the other is libxl's
  expect(kept((await look(host)).found)).toEqual([`fetched-kernels ${path} found`]);
  expect(kept((await look(host, '--fix')).found)).toEqual([`fetched-kernels ${path} mended`]);
  expect(await look(host)).toEqual({ status: 0, found: [] });
});
