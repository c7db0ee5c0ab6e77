import { expect } from '@jest/globals';
import { createDomain, domainSource, readConfigFile } from '@vm-tools/libdomain';
import { saveToFile } from '@vm-tools/libxfr';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  failure,
  interrupt,
  leaveFree,
  listed,
  listenTo,
  result,
  state,
  testOnHost,
  ticks,
  unchanged,
  waitForTick,
  waitForTicks,
  type TestHost,
  type ToolEvent,
} from '@vm-tools/xen-sim/testing';

/**
 * As vm-create and vm-save do it. A PV guest has the smallest image: no list of the million frames that a PVH guest
 * could have.
 */
async function save(host: TestHost, name: string): Promise<void> {
  const file = join(host.folder, 'polite.cfg');
  const config = await readConfigFile(file, { overrides: [`name=${name}`, 'type=pv'] });
  const domain = await createDomain(host.simulated, config);
  await waitForTicks(host, name);
  const source = domainSource(host.simulated, domain);
  await saveToFile(source, join(host.folder, `${name}.img`), { afterwards: 'destroy' });
}

for (const type of ['pvh', 'pv']) {
  testOnHost(`a saved ${type} domain goes on where it was, and the image stays`, async (host) => {
    const before = await state(host);
    const { uuid } = await result(host, `vm-create polite.cfg name=web1 type=${type}`);
    await waitForTicks(host, 'web1');
    await result(host, 'vm-save web1 -o web1.img');
    const counted = await ticks(host, 'web1');
    expect(await host.run('vm-restore web1.img -q')).toBe('2\n');
    await waitForTick(host, 'web1', counted + 2);
    expect(await listed(host, 'web1')).toMatchObject({ domid: 2, uuid, type });
    await result(host, 'vm-destroy web1');
    await host.run('rm web1.img');
    expect(await state(host)).toEqual(before);
  });
}

testOnHost('--paused, another name, and from a pipe', async (host) => {
  await save(host, 'one');
  const counted = await ticks(host, 'one');
  const { domid } = await result(host, 'vm-restore one.img --paused --name two');
  expect(await listed(host, 'two')).toMatchObject({ domid, state: 'paused' });
  await result(host, 'vm-unpause two');
  await waitForTick(host, 'two', counted + 2);
  await result(host, 'vm-destroy two');
  await result(host, 'cat one.img | vm-restore -');
  await waitForTicks(host, 'one');
});

testOnHost('what is there already is not made a second time', async (host) => {
  await save(host, 'one');
  await result(host, 'vm-restore one.img');
  // One after the other: two at once are in each other's way, and told so.
  const name = await unchanged(host, () => failure(host, 'vm-restore one.img'));
  const uuid = await unchanged(host, () => failure(host, 'vm-restore one.img --name two'));
  const hint = expect.stringContaining('destroy it first');
  const guest = { state: 'not created here' };
  expect(name).toMatchObject({ status: 2, error: { code: 'DOMAIN_NAME_TAKEN', hint, guest } });
  expect(uuid).toMatchObject({
    status: 2,
    error: { code: 'DOMAIN_UUID_TAKEN', hint: 'destroy it first', guest },
  });
  await waitForTicks(host, 'one');
});

testOnHost(
  'an image of a newer Xen is refused by its header, and one of an older Xen is not',
  async (host) => {
    const image = join(host.folder, 'one.img');
    await save(host, 'one');
    const bytes = await readFile(image);
    const magic = bytes.indexOf(Buffer.from('ffffffffffffffff58454e46', 'hex'));
    const writtenBy = async (minor: number): Promise<void> => {
      bytes.writeUInt32LE(minor, magic + 36);
      await writeFile(image, bytes);
    };
    await writtenBy(20);
    for (const command of ['vm-restore one.img', 'cat one.img | vm-restore -']) {
      expect(await unchanged(host, () => failure(host, command))).toMatchObject({
        error: {
          code: 'STREAM_UNSUPPORTED',
          message: expect.stringContaining('written by Xen 4.20, which Xen 4.17 of this host'),
          hint: 'restore it on a host with Xen 4.20 or later',
        },
      });
    }
    await writtenBy(16);
    await result(host, 'vm-restore one.img');
  },
);

testOnHost('a file that is not there, or is none', async (host) => {
  await host.run('mkdir folder; mkfifo fifo');
  const [missing, folder] = await unchanged(host, () =>
    Promise.all([failure(host, 'vm-restore none.img'), failure(host, 'vm-restore folder')]),
  );
  const hint = expect.any(String);
  expect(missing).toMatchObject({ status: 2, error: { code: 'XFR_FILE_MISSING', hint } });
  expect(folder).toMatchObject({ status: 2, error: { code: 'XFR_FILE_TYPE', hint } });
  expect(await failure(host, 'vm-restore - < folder')).toMatchObject({
    status: 2,
    error: { code: 'XFR_FILE_TYPE', hint },
  });
  const terminal = await host.spawnOnTerminal('vm-restore -');
  const { said } = listenTo(terminal);
  expect(await terminal.exited).toBe(2);
  expect(said()).toContain('[STDIN_IS_TERMINAL]');
});

testOnHost('a truncated, corrupt, foreign or empty image is refused as such', async (host) => {
  await save(host, 'good');
  // Behind the records about the processor comes the list of the first pages: frame numbers that no guest has.
  await host.run(
    [
      'head -c 3000000 good.img > truncated.img',
      'cp good.img corrupt.img',
      'head -c 64 /dev/zero | tr "\\0" "\\377" | dd of=corrupt.img bs=1 seek=8000 conv=notrunc status=none',
      'gzip < good.img | head -c 100000 > foreign.img',
      ': > empty.img',
    ].join('; '),
  );
  for (const [name, code] of [
    ['truncated', 'STREAM_TRUNCATED'],
    ['corrupt', 'STREAM_CORRUPT'],
    ['foreign', 'STREAM_FOREIGN'],
    ['empty', 'STREAM_FOREIGN'],
  ]) {
    const refused = await unchanged(host, () => failure(host, `vm-restore ${name}.img`));
    expect({ name, ...refused }).toMatchObject({
      name,
      status: 10,
      error: { code, kind: 'corrupt', message: expect.any(String) },
    });
    expect(refused.error.leftovers).toBeUndefined();
  }
});

testOnHost('no memory: seen before, or found out while it is given', async (host) => {
  await save(host, 'small');
  host.simulated.faults.add({ call: 'domainRestore', errno: 'ENOMEM' });
  const late = await unchanged(host, () => failure(host, 'vm-restore small.img'));
  expect(late).toMatchObject({ status: 5, error: { kind: 'resource', details: { step: 'restore-memory' } } });
  await leaveFree(host, 3);
  const early = await unchanged(host, () => failure(host, 'vm-restore small.img'));
  expect(early).toMatchObject({
    status: 5,
    error: { code: 'DOMAIN_NO_MEMORY', hint: expect.any(String), guest: { state: 'not created here' } },
  });
});

testOnHost('--bwlimit holds; no host, and a rate that is none', async (host) => {
  await save(host, 'slow');
  const { transferred, totalTimeMs } = await result(host, 'vm-restore slow.img --bwlimit 4M');
  expect(transferred / (totalTimeMs / 1000)).toBeLessThan(4 * 2 ** 20 * 1.1);
  const [rate, noHost] = await unchanged(host, () =>
    Promise.all([
      failure(host, 'vm-restore slow.img --bwlimit fast'),
      failure(host, 'vm-restore slow.img --host sim:nobody'),
    ]),
  );
  expect(rate).toMatchObject({ status: 2, error: { hint: expect.any(String) } });
  expect(noHost).toMatchObject({ status: 4, error: { code: 'XEN_SIM_ABSENT' } });
});

const step =
  (wanted: string) =>
  ({ name, state: reached }: ToolEvent): boolean =>
    name === wanted && reached === 'started';

testOnHost('Ctrl-C in any phase leaves nothing here, and the image as it was', async (host) => {
  await save(host, 'kept');
  host.simulated.faults.add({ call: '*', delayMs: 10, times: 10_000 });
  for (const [where, when] of [
    ['receiving', ({ phase }: ToolEvent) => phase === 'receiving'],
    ...['create-domain', 'restore-memory', 'introduce', 'console-ready'].map(
      (name) => [name, step(name)] as const,
    ),
  ] as const) {
    const stopped = await unchanged(host, () => interrupt(host, 'vm-restore kept.img --bwlimit 16M', when));
    expect({ where, ...stopped }).toMatchObject({
      where,
      status: 130,
      error: {
        code: 'INTERRUPTED',
        kind: 'interrupted',
        guest: { state: expect.stringMatching(/^not (restored|created here)/) },
      },
    });
    expect(stopped?.error.leftovers).toBeUndefined();
  }
});

testOnHost('Ctrl-C (starting) comes too late, and the domain is there', async (host) => {
  await save(host, 'made');
  host.simulated.faults.add({ call: 'domainUnpause', delayMs: 500 });
  const stopped = await interrupt(host, 'vm-restore made.img', ({ phase }) => phase === 'starting');
  expect(stopped).toBeUndefined();
  await waitForTicks(host, 'made');
});

testOnHost('of eight that restore one image at once, one brings the guest back', async (host) => {
  await save(host, 'once');
  const outcomes = await Promise.all(
    Array.from({ length: 8 }, () => host.exec('vm-restore once.img --json')),
  );
  const refused = outcomes.filter(({ code }) => code !== 0);
  expect(refused).toHaveLength(7);
  for (const { stdout } of refused) {
    const { error } = JSON.parse(stdout) as { error: { code: string } };
    expect(['XFR_GUEST_BUSY', 'DOMAIN_NAME_TAKEN', 'DOMAIN_UUID_TAKEN']).toContain(error.code);
  }
  await waitForTicks(host, 'once');
  const domains = await result<{ name: string }[]>(host, 'vm-list');
  expect(domains.filter(({ name }) => name === 'once')).toHaveLength(1);
});

testOnHost(
  'what xl has and a new domain could not comes back: names under --name, relative kernels',
  async (host) => {
    const { domid, uuid } = await result(host, 'vm-create polite.cfg name=xls type=pv');
    await waitForTicks(host, 'xls');
    // As xl has it: any name, the kernel as it was written, and keys that only xl understands.
    await host.simulated.store.write(`/local/domain/${domid}/name`, 'a/b');
    const path = join(host.simulated.root, `var/lib/xen/userdata-d.${domid}.${uuid}.libxl-json`);
    const config = JSON.parse((await readFile(path, 'utf8')).replace(/\0$/, '')) as {
      c_info: Record<string, unknown>;
      b_info: Record<string, unknown>;
    };
    config.b_info['kernel'] = 'vmlinuz';
    config.b_info['bootloader'] = 'pygrub';
    config.b_info['max_memkb'] = 1;
    await writeFile(path, JSON.stringify({ ...config, on_crash: 'coredump_restart', origin: 'xl' }));
    await result(host, `vm-save ${domid} -o xls.img`);
    const refused = await unchanged(host, () => failure(host, 'vm-restore xls.img'));
    expect(refused).toMatchObject({
      status: 2,
      error: { code: 'IMAGE_UNSUPPORTED', kind: 'usage', hint: 'give it another: vm-restore --name NAME' },
    });
    const number = await unchanged(host, () => failure(host, 'vm-restore xls.img --name 42'));
    expect(number).toMatchObject({ status: 2, error: { code: 'CONFIG_INVALID', details: { key: 'name' } } });
    const restored = await result(host, 'vm-restore xls.img --name web2');
    await waitForTicks(host, 'web2');
    const kept = await readFile(
      join(host.simulated.root, `var/lib/xen/userdata-d.${restored.domid}.${uuid}.libxl-json`),
      'utf8',
    );
    expect(JSON.parse(kept.replace(/\0$/, ''))).toMatchObject({
      c_info: { name: 'web2' },
      b_info: { kernel: 'vmlinuz', bootloader: 'pygrub' },
      on_crash: 'coredump_restart',
      origin: 'xl',
    });
  },
);

testOnHost('what could not be restored is not saved, and the guest is not touched', async (host) => {
  const { domid, uuid } = await result(host, 'vm-create polite.cfg name=kept');
  await waitForTicks(host, 'kept');
  const path = join(host.simulated.root, `var/lib/xen/userdata-d.${domid}.${uuid}.libxl-json`);
  const config = JSON.parse((await readFile(path, 'utf8')).replace(/\0$/, '')) as object;
  for (const [change, expected] of [
    [{ pcidevs: [{ dev: 1 }] }, { status: 2, error: { code: 'DOMAIN_NOT_SAVABLE' } }],
    [{ on_crash: 'explode' }, { status: 2, error: { code: 'DOMAIN_NOT_SAVABLE' } }],
    [{ b_info: 1 }, { status: 10, error: { code: 'DOMAIN_NO_CONFIG', kind: 'corrupt' } }],
  ] as const) {
    await writeFile(path, JSON.stringify({ ...config, ...change }));
    const refused = await unchanged(host, () => failure(host, 'vm-save kept -o kept.img'));
    expect(refused).toMatchObject(expected);
    expect(refused.error.guest?.state).toBe('still running here');
  }
  expect(await host.run('ls')).not.toContain('kept.img');
});

testOnHost('several are brought back, and one that fails does not stop the others', async (host) => {
  await save(host, 'web1');
  await save(host, 'web2');
  const { code, stdout } = await host.exec('vm-restore web1.img none.img web2.img --json');
  expect({ code, value: JSON.parse(stdout) as unknown }).toMatchObject({
    code: 2,
    value: [
      { domid: expect.any(Number) },
      { domain: 'none.img', error: { code: 'XFR_FILE_MISSING' } },
      { domid: expect.any(Number) },
    ],
  });
  for (const name of ['web1', 'web2']) await waitForTicks(host, name);
  const named = await failure(host, 'vm-restore web1.img web2.img --name other');
  expect(named).toMatchObject({ status: 2, error: { code: 'USAGE' } });
});
