import { expect } from '@jest/globals';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { posixLock } from '@vm-tools/libc/testing';
import { patient } from '@vm-tools/ratelimit/testing';
import {
  failure,
  interrupt,
  listed,
  listenTo,
  result,
  state,
  testOnHost,
  unchanged,
  waitForTicks,
} from '@vm-tools/xen-sim/testing';

testOnHost('a domain is created, runs, and goes without a trace', async (host) => {
  const before = await state(host);
  const created = await result(host, 'vm-create polite.cfg name=web1 vcpus=2');
  const { domid, uuid } = created;
  expect(created).toEqual({ domid: 1, uuid: expect.any(String), name: 'web1', paused: false });
  await waitForTicks(host, 'web1');
  expect(await listed(host, 'web1')).toMatchObject({ domid, uuid, type: 'pvh', vcpus: 2 });
  await result(host, 'vm-destroy web1');
  expect(await state(host)).toEqual(before);
});

testOnHost('prints the domid alone; --paused leaves it paused', async (host) => {
  expect(await host.run('vm-create polite.cfg name=alone --paused')).toBe('1\n');
  expect((await listed(host, 'alone')).state).toBe('paused');
  expect(await host.readConsole('alone')).toBe('');
});

testOnHost('PV, from stdin; and a configuration in JSON', async (host) => {
  const { kernel } = host.simulated;
  await result(host, 'cat polite.cfg | vm-create - name=pv type=pv');
  const config = { name: 'json', type: 'pvh', kernel, memory: 24, cmdline: 'sim.tick=20ms' };
  await writeFile(join(host.folder, 'web.json'), JSON.stringify(config));
  await result(host, 'vm-create web.json');
  await Promise.all([waitForTicks(host, 'pv'), waitForTicks(host, 'json')]);
  expect(await listed(host, 'pv')).toMatchObject({ type: 'pv' });
  expect(await listed(host, 'json')).toMatchObject({ type: 'pvh', maxMemoryKib: 24 * 1024 });
});

testOnHost('--dry-run checks and prints the steps, and needs no host', async (host) => {
  const [text, { steps, config }] = await unchanged(host, () =>
    Promise.all([
      host.run('vm-create --dry-run polite.cfg memory=64 --host sim:nobody'),
      result<{ steps: { name: string }[]; config: object }>(host, 'vm-create -n polite.cfg type=pv -p'),
    ]),
  );
  expect(text).toMatch(/^steps to create polite:\n +1 {2}check-memory: [^]*\n +20 {2}unpause: it runs\n/);
  expect(text).toContain('"memoryKib": 65536');
  expect(steps.map(({ name }) => name)).not.toContain('paging-pool');
  expect(steps.at(-1)).toMatchObject({ name: 'console-ready' });
  expect(config).toMatchObject({ name: 'polite', type: 'pv', onReboot: 'restart' });
});

testOnHost('--console shows it until it ends', async (host) => {
  const shown = host.spawn('vm-create polite.cfg name=shown --console');
  const { said, hears } = listenTo(shown);
  await hears(/tick 3/);
  expect(said()).toMatch(/^sim: boot\r?\n/);
  await result(host, 'vm-destroy shown');
  expect(await shown.exited).toBe(0);
  const both = await failure(host, 'vm-create polite.cfg --console');
  expect(both).toMatchObject({ status: 2, error: { code: 'USAGE' } });
});

testOnHost(
  'a kernel that is none, or not for this type, is refused before there is a domain',
  async (host) => {
    // An ELF file without the notes that Xen looks for, and one for PVH alone.
    const kernelOf = (setting: string): Promise<unknown> =>
      failure(host, `vm-create polite.cfg name=refused ${setting}`);
    const [missing, none, wrong] = await unchanged(host, () =>
      Promise.all([
        kernelOf('kernel=/guests/nothing'),
        kernelOf('kernel=/etc/passwd'),
        kernelOf(`kernel=${process.execPath}`),
      ]),
    );
    const guest = { name: 'refused', state: 'never created' };
    expect(missing).toMatchObject({
      status: 2,
      error: {
        code: 'DOMAIN_KERNEL_MISSING',
        message: 'command line:1:8: cannot read the kernel /guests/nothing: there is no such file',
        details: { file: 'command line', line: 1, column: 8, key: 'kernel' },
        hint: expect.stringContaining('control domain'),
        guest,
      },
    });
    expect(none).toMatchObject({
      status: 2,
      error: { code: 'DOMAIN_KERNEL_INVALID', hint: expect.stringContaining('ELF'), guest },
    });
    expect(wrong).toMatchObject({
      status: 2,
      error: { code: 'DOMAIN_KERNEL_WRONG_TYPE', hint: expect.any(String), guest },
    });
  },
);

testOnHost('what is wrong with a configuration is said with file, line and column', async (host) => {
  await writeFile(join(host.folder, 'bad.cfg'), 'name = "x"\ntype = "pvh"\nkernel = "/k"\nmemory = lots\n');
  await writeFile(join(host.folder, 'bad.json'), '{\n  "name": "x",\n  "memory": 16,\n}\n');
  const [bad, json, unknown, absent] = await unchanged(host, () =>
    Promise.all([
      failure(host, 'vm-create bad.cfg'),
      failure(host, 'vm-create bad.json'),
      failure(host, 'vm-create polite.cfg memroy=64'),
      failure(host, 'vm-create absent.cfg'),
    ]),
  );
  expect(bad).toMatchObject({ status: 2, error: { message: expect.stringContaining('bad.cfg:4:10: ') } });
  expect(json).toMatchObject({ status: 2, error: { message: expect.stringContaining('bad.json:4:1: ') } });
  expect(unknown).toMatchObject({
    status: 2,
    error: { code: 'CONFIG_UNKNOWN_KEY', hint: 'did you mean "memory"?' },
  });
  expect(absent).toMatchObject({ status: 2, error: { code: 'CONFIG_UNREADABLE' } });
});

testOnHost('a kernel or a ramdisk that is not there is told with its place in the file', async (host) => {
  const file = join(host.folder, 'place.cfg');
  const { kernel } = host.simulated;
  const text = (name: string, ramdisk: string): string =>
    `name = "x"\ntype = "pvh"\nmemory = 64\nkernel = "${name}"\nramdisk = "${ramdisk}"\n`;
  await writeFile(file, text('no/kernel', '/dev/null'));
  const missing = await unchanged(host, () => failure(host, 'vm-create place.cfg'));
  expect(missing).toMatchObject({
    status: 2,
    error: { code: 'DOMAIN_KERNEL_MISSING', guest: { name: 'x' } },
  });
  expect(missing.error.message).toBe(
    `place.cfg:4:10: cannot read the kernel ${join(host.folder, 'no/kernel')}: there is no such file`,
  );
  await writeFile(file, text(kernel, '/nothing/initrd'));
  const ramdisk = await unchanged(host, () => failure(host, 'vm-create place.cfg'));
  expect(ramdisk).toMatchObject({ status: 2, error: { code: 'DOMAIN_RAMDISK_MISSING' } });
  expect(ramdisk.error.message).toContain('place.cfg:5:11: cannot read the ramdisk /nothing/initrd');
});

testOnHost('all that is wrong with a configuration is told in one run, the type first', async (host) => {
  await writeFile(
    join(host.folder, 'bad.cfg'),
    'disk = [ "/d,raw,xvda,1" ]\nvnc = 1\ntype = "hvm"\nname = "m"\nmemory = 64M\nextra = console=hvc0\n',
  );
  for (const command of ['vm-create bad.cfg', 'vm-create --dry-run bad.cfg']) {
    const { status, error } = await unchanged(host, () => failure(host, command));
    expect({ status, code: error.code, key: error.details?.['key'] }).toEqual({
      status: 2,
      code: 'CONFIG_UNSUPPORTED',
      key: 'type',
    });
    expect(error.details?.['problems']).toMatchObject([
      { code: 'CONFIG_UNSUPPORTED', key: 'type', line: 3, column: 8 },
      {
        code: 'CONFIG_INVALID',
        key: 'disk',
        line: 1,
        column: 10,
        message: expect.stringContaining('disk 1: unknown value for access: "1"'),
      },
      { code: 'CONFIG_UNSUPPORTED', key: 'vnc', line: 2, column: 7 },
      { code: 'CONFIG_INVALID', key: 'memory', line: 5, column: 10, hint: 'write memory = 64' },
      { code: 'CONFIG_SYNTAX', key: 'extra', line: 6, column: 9, hint: 'write "console=hvc0" in quotes' },
    ]);
  }
  const { code, stderr } = await host.exec('vm-create bad.cfg');
  expect(code).toBe(2);
  expect(stderr.match(/^vm-create: bad\.cfg:\d+:\d+: .* \[CONFIG_\w+\]$/gm)).toHaveLength(5);
});

testOnHost('what changes nothing is accepted with a warning', async (host) => {
  const settings = 'pae=1 acpi=1 vnc=0 on_xend_start=start console=ttyS0';
  const { code, stderr } = await host.exec(`vm-create -n polite.cfg ${settings}`);
  expect(code).toBe(0);
  expect(stderr.trim().split('\n')).toEqual(
    [
      'pae has no effect on a pvh domain',
      'acpi has no effect on a pvh domain',
      'vnc has no effect on a pvh domain',
      'on_xend_start is ignored, as by xl',
      'console is no key that xl knows, and is ignored',
    ].map((warning) => `vm-create: warning: command line:1:1: ${warning}`),
  );
});

testOnHost('only what has failed to restart can be restarted', async (host) => {
  const none = await unchanged(host, () => failure(host, 'vm-create --from-pending web1'));
  expect(none).toMatchObject({ status: 3, error: { code: 'DOMAIN_NOT_PENDING', hint: expect.any(String) } });
  const changed = await failure(host, 'vm-create --from-pending web1 memory=64');
  expect(changed).toMatchObject({ status: 2, error: { code: 'USAGE' } });
});

testOnHost('a name or a UUID in use is refused, and the domain that has it runs on', async (host) => {
  const { domid, uuid } = await result(host, 'vm-create polite.cfg name=taken');
  const [name, twin] = await unchanged(host, () =>
    Promise.all([
      failure(host, 'vm-create polite.cfg name=taken'),
      failure(host, `vm-create polite.cfg name=other uuid=${uuid}`),
    ]),
  );
  const hint = expect.stringContaining('destroy it first');
  expect(name).toMatchObject({ status: 2, error: { code: 'DOMAIN_NAME_TAKEN', hint, details: { domid } } });
  expect(twin).toMatchObject({ status: 2, error: { code: 'DOMAIN_UUID_TAKEN', hint, details: { domid } } });
  expect(twin.error.hint).toBe('destroy it first, or leave out uuid to get a new one');
  await waitForTicks(host, 'taken');
});

testOnHost('dom0 cannot be destroyed to get its name or its UUID', async (host) => {
  const [name, twin] = await unchanged(host, () =>
    Promise.all([
      failure(host, 'vm-create polite.cfg name=Domain-0'),
      failure(host, 'vm-create polite.cfg name=other uuid=00000000-0000-0000-0000-000000000000'),
    ]),
  );
  expect(name.error).toMatchObject({ code: 'DOMAIN_NAME_TAKEN', hint: 'choose another name' });
  expect(twin.error).toMatchObject({ code: 'DOMAIN_UUID_TAKEN', hint: 'leave out uuid to get a new one' });
});

testOnHost('no memory: seen before, or found out while it is given', async (host) => {
  const large = await unchanged(host, () => failure(host, 'vm-create polite.cfg memory=900000'));
  expect(large).toMatchObject({
    status: 5,
    error: { code: 'DOMAIN_NO_MEMORY', hint: expect.stringContaining('free memory') },
  });
  host.simulated.faults.add({ call: 'domainBuild', errno: 'ENOMEM' });
  const { status, error } = await unchanged(host, () => failure(host, 'vm-create polite.cfg'));
  expect({ status, kind: error.kind, step: error.details?.['step'] }).toEqual({
    status: 5,
    kind: 'resource',
    step: 'build',
  });
  expect(error.leftovers).toBeUndefined();
});

testOnHost('xenconsoled that does not answer, xenstored that fails: all is undone', async (host) => {
  const { faults } = host.simulated;
  faults.add({ call: 'xenstore.introduce', errno: 'EIO' });
  expect(await unchanged(host, () => failure(host, 'vm-create polite.cfg'))).toMatchObject({
    status: 1,
    error: { code: 'XENSTORE_EIO', details: { step: 'introduce' } },
  });
});

testOnHost('--timeout ends a creation that hangs', async (host) => {
  // Longer than the tool needs to get there.
  const limit = patient(5_000) / 1000;
  host.simulated.faults.add({ call: 'domainBuild', hang: true });
  const late = await unchanged(host, () => failure(host, `vm-create polite.cfg --timeout ${limit}`));
  expect(late).toMatchObject({ status: 124, error: { code: 'TIME_LIMIT', details: { step: 'build' } } });
});

testOnHost(
  'a person who waits sees for which step, and for how long; a log has nothing of it',
  async (host) => {
    const { faults } = host.simulated;
    const hanging = faults.add({ call: 'domainBuild', hang: true });
    const creating = await host.spawnOnTerminal('vm-create polite.cfg');
    const { said, hears } = listenTo(creating);
    await hears(/\rvm-create: build \(\d\.\d s\)/);
    faults.remove(hanging);
    expect(await creating.exited).toBe(0);
    expect(said()).toMatch(/\r\u001b\[K\d+\r?\n$/); // only the domid stays
    const logged = faults.add({ call: 'domainBuild', hang: true });
    const logging = host.spawn('exec vm-create polite.cfg name=logged -v');
    const { said: log, hears: hearsLog } = listenTo({ stdout: logging.stderr });
    await hearsLog(/cpu-policy: done/);
    faults.remove(logged);
    expect(await logging.exited).toBe(0);
    expect(log()).not.toContain('\r');
  },
);

const STEPS = [
  'check-memory',
  'check-kernel',
  'creation-lock',
  'check-name-free',
  'create-domain',
  'xenstore-skeleton',
  'creation-unlock',
  'max-vcpus',
  'max-mem',
  'event-channels',
  'arch-params',
  'paging-pool',
  'cpu-policy',
  'build',
  'boot-entries',
  'introduce',
  'console',
  'userdata',
  'console-ready',
];

for (const step of STEPS) {
  testOnHost(`Ctrl-C in ${step} undoes the steps before it`, async (host) => {
    // Each call takes so long that a signal arrives before the step is over.
    host.simulated.faults.add({ call: '*', delayMs: 10, times: 1000 });
    const stopped = await unchanged(host, () =>
      interrupt(
        host,
        'vm-create polite.cfg name=stopped',
        ({ name, state: reached }) => name === step && reached === 'started',
      ),
    );
    expect(stopped).toMatchObject({
      status: 130,
      error: {
        code: 'INTERRUPTED',
        kind: 'interrupted',
        guest: { name: 'stopped', state: 'never created' },
      },
    });
    expect(stopped?.error.leftovers).toBeUndefined();
  });
}

testOnHost('Ctrl-C while it is being unpaused comes too late, and the domain is there', async (host) => {
  host.simulated.faults.add({ call: 'domainUnpause', delayMs: 500 });
  const stopped = await interrupt(host, 'vm-create polite.cfg name=made', ({ name }) => name === 'unpause');
  expect(stopped).toBeUndefined();
  await waitForTicks(host, 'made');
});

testOnHost('of ten that are created at once under one name, one is there', async (host) => {
  const outcomes = await Promise.all(
    Array.from({ length: 10 }, () => host.exec('vm-create polite.cfg name=same --json')),
  );
  const refused = outcomes.filter(({ code }) => code !== 0);
  expect(refused.map(({ stdout }) => (JSON.parse(stdout) as { error: { code: string } }).error.code)).toEqual(
    Array<string>(9).fill('DOMAIN_NAME_TAKEN'),
  );
  await waitForTicks(host, 'same');
  const domains = await result<{ name: string }[]>(host, 'vm-list');
  expect(domains.filter(({ name }) => name === 'same')).toHaveLength(1);
});

testOnHost('while xl creates a domain, ours waits for it, and says who is in the way', async (host) => {
  const xl = await posixLock(join(host.simulated.root, 'var/lock/xl'));
  const stopped = await unchanged(host, () =>
    interrupt(host, 'vm-create polite.cfg name=later', ({ name }) => name === 'creation-lock'),
  );
  expect(stopped).toMatchObject({ status: 130, error: { details: { step: 'creation-lock' } } });
  const waiting = result(host, 'vm-create polite.cfg name=later');
  await xl.kill();
  expect(await waiting).toMatchObject({ name: 'later' });
});

testOnHost(
  'several files make several domains, and one that fails does not stop the others',
  async (host) => {
    const { code, stdout } = await host.exec(
      'vm-create polite.cfg none.cfg rude.cfg memory=8 --paused --json',
    );
    expect({ code, value: JSON.parse(stdout) as unknown }).toMatchObject({
      code: 2,
      value: [
        { name: 'polite', paused: true },
        { domain: 'none.cfg', error: { code: 'CONFIG_UNREADABLE' } },
        { name: 'rude', paused: true },
      ],
    });
    expect((await listed(host, 'rude')).memoryKib).toBeGreaterThan(8000);
    await unchanged(host, async () => {
      for (const words of ['name=same', '--console']) {
        const refused = await host.exec(`vm-create polite.cfg rude.cfg ${words}`);
        expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('[USAGE]') });
      }
    });
  },
);
