import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { createSimulatedHost, type HostState } from '@vm-tools/xen-sim';
import { createDomain } from '../actions/create-domain.ts';
import { destroyDomain } from '../actions/destroy-domain.ts';
import { untilConnected } from '../testing/attached.ts';
import { failure } from '../testing/failure.ts';
import {
  configWithDevices,
  configWithQemu,
  imageFile,
  withModelFolder,
} from '../testing/guest-with-devices.ts';
import { domainSource } from '../transfer/source/source.ts';
import { requireDisk } from './disks/require-disk.ts';
import { removeSocket } from './remove-socket.ts';
import { requireBridge } from './require/require-bridge.ts';
import { qemuArguments } from './qemu/arguments.ts';

/** What stands at a path and below it, without what backends and guests write by themselves. */
function nodesBelow({ nodes }: HostState, path: string): string[] {
  return nodes
    .filter((node) => node.startsWith(`${path}/`))
    .map((node) => node.slice(path.length + 1).replace(/ {3}\(.*/, ''));
}

describe('a guest with disks and network devices', () => {
  it('has them as libxl makes them, and leaves nothing when it is destroyed', async () => {
    await using host = await withModelFolder(await createSimulatedHost());
    const config = await configWithDevices(host);
    const before = await host.snapshot();
    const domain = await createDomain(host, config, { paused: true });
    const state = await host.snapshot();
    expect(nodesBelow(state, '/local/domain/1/device/vbd/51712')).toEqual([
      'backend = "/local/domain/0/backend/vbd/1/51712"',
      'backend-id = "0"',
      'state = "1"',
      'virtual-device = "51712"',
      'device-type = "disk"',
      'trusted = "1"',
    ]);
    expect(nodesBelow(state, '/libxl/1/device/vbd/51712')).toEqual([
      'frontend = "/local/domain/1/device/vbd/51712"',
      'backend = "/local/domain/0/backend/vbd/1/51712"',
      'frontend-id = "1"',
      'online = "1"',
      'state = "1"',
      `params = "${config.disks[0]!.target}"`,
      'script = "/etc/xen/scripts/block"',
      'removable = "0"',
      'bootable = "1"',
      'dev = "xvda"',
      'type = "phy"',
      'mode = "w"',
      'device-type = "disk"',
      'discard-enable = "1"',
      'specification = "xen"',
    ]);
    expect(nodesBelow(state, '/libxl/1/device/vbd/51728')).toEqual(
      expect.arrayContaining([
        'backend = "/local/domain/0/backend/qdisk/1/51728"',
        `params = "qcow2:${config.disks[1]!.target}"`,
        'type = "qdisk"',
      ]),
    );
    expect(nodesBelow(state, '/libxl/1/device/vif/1')).toEqual([
      'frontend = "/local/domain/1/device/vif/1"',
      'backend = "/local/domain/0/backend/vif/1/1"',
      'frontend-id = "1"',
      'online = "1"',
      'state = "1"',
      'script = "/etc/xen/scripts/vif-bridge"',
      'mac = "00:16:3e:00:00:02"',
      'rate = "62500,50000"',
      'bridge = "xenbr0"',
      'handle = "1"',
      'type = "vif"',
      'hotplug-status = ""',
    ]);
    expect(state.loops).toMatchObject([{ file: config.disks[0]!.target }]);
    expect(state.bridgePorts).toHaveLength(2);
    expect(state.qemus).toHaveLength(1);
    await destroyDomain(host, domain);
    expect(await host.snapshot()).toEqual(before);
  });

  it('runs, and its drivers find them', async () => {
    await using host = await withModelFolder(await createSimulatedHost());
    const domain = await createDomain(host, await configWithDevices(host));
    for (const device of ['vbd/51712', 'vbd/51728', 'vif/0', 'vif/1']) {
      const path = `/local/domain/${domain.domid}/device/${device}/state`;
      const isConnected = async (): Promise<true | undefined> =>
        (await host.store.read(path)) === '4' ? true : undefined;
      await host.store.waitFor(path, isConnected, { timeoutMs: 30_000, what: `${device} to connect` });
    }
  });
});

it('is set up by udev where xl.conf says so, and its script is waited for', async () => {
  await using host = await withModelFolder(await createSimulatedHost());
  await mkdir(join(host.root, 'etc/xen'), { recursive: true });
  await writeFile(join(host.root, 'etc/xen/xl.conf'), '# as of old\nrun_hotplug_scripts=0\n');
  const config = await configWithDevices(host, { disks: [] });
  const creating = createDomain(host, config, { paused: true });
  for (const id of [0, 1]) {
    const backend = `/local/domain/0/backend/vif/1/${id}`;
    const isThere = async (): Promise<true | undefined> =>
      (await host.store.read(`${backend}/state`)) === '2' ? true : undefined;
    await host.store.waitFor(backend, isThere, { timeoutMs: 30_000, what: 'the backend' });
    await host.store.write(`${backend}/hotplug-status`, 'connected');
  }
  await creating;
  expect(host.faults.calls.get('dom0.runScript')).toBeUndefined();
});

describe('a guest with a screen, channels and a folder', () => {
  it('has them as libxl makes them, and leaves nothing when it is destroyed', async () => {
    await using host = await withModelFolder(await createSimulatedHost());
    const config = await configWithQemu(host);
    const before = await host.snapshot();
    const domain = await createDomain(host, config, { paused: true });
    const state = await host.snapshot();
    const common = (kind: string, id: number): string[] => [
      `frontend = "/local/domain/1/device/${kind}/${id}"`,
      `backend = "/local/domain/0/backend/${kind}/1/${id}"`,
      ...['frontend-id = "1"', 'online = "1"', 'state = "1"'],
    ];
    expect(nodesBelow(state, '/libxl/1/device/vfb/0')).toEqual([
      ...common('vfb', 0),
      ...['vnc = "1"', 'vnclisten = "127.0.0.1"', 'vncpasswd = "hush-hush"', 'vncdisplay = "7"'],
      ...['vncunused = "1"', 'sdl = "0"', 'opengl = "0"'],
    ]);
    expect(nodesBelow(state, '/libxl/1/device/vkbd/0')).toEqual(common('vkbd', 0));
    expect(nodesBelow(state, '/libxl/1/device/9pfs/0')).toEqual([
      ...common('9pfs', 0),
      ...[`path = "${config.shares[0]!.path}"`, 'security_model = "none"'],
    ]);
    expect(nodesBelow(state, '/libxl/1/device/console/2')).toEqual([
      ...common('console', 2),
      ...['protocol = "vt100"', 'name = "org.example.agent"', 'connection = "socket"'],
      `path = "${config.channels[1]!.path}"`,
    ]);
    const ends = ['backend-id = "0"', 'state = "1"'];
    expect(nodesBelow(state, '/local/domain/1/device/9pfs/0')).toEqual([
      'backend = "/local/domain/0/backend/9pfs/1/0"',
      ...ends,
      'tag = "home"',
    ]);
    expect(nodesBelow(state, '/local/domain/1/device/console/2')).toEqual([
      'backend = "/local/domain/0/backend/console/1/2"',
      ...ends,
      ...['protocol = "vt100"', 'name = "org.example.agent"', 'limit = "1048576"', 'type = "ioemu"'],
      ...['output = "chardev:libxl-channel2"', 'tty = ""'],
    ]);
    expect(nodesBelow(state, '/local/domain/1/console')).toEqual(
      expect.arrayContaining(['vnc-listen = "127.0.0.1"', 'vnc-port = "5907"', 'vnc-pass = "hush-hush"']),
    );
    expect(state.qemus).toMatchObject([{ vncPort: 5907 }]);
    await destroyDomain(host, domain);
    expect(await host.snapshot()).toEqual(before);
  });

  it('is found by its drivers, and a second one gets another port', async () => {
    await using host = await withModelFolder(await createSimulatedHost());
    await createDomain(host, await configWithQemu(host));
    for (const device of ['vfb/0', 'vkbd/0', '9pfs/0', 'console/1', 'console/2'])
      await untilConnected(host, 1, device);
    await createDomain(host, await configWithQemu(host, { name: 'web2', channels: [] }));
    expect(await host.store.read('/local/domain/2/console/vnc-port')).toBe('5908');
  });

  it('is not made when its qemu does not take a device, and the error says where to look', async () => {
    await using host = await withModelFolder(await createSimulatedHost());
    const before = await host.snapshot();
    host.faults.add({ call: 'backend.9pfs', hang: true });
    const error = await failure(createDomain(host, await configWithQemu(host)));
    expect(error).toMatchObject({
      code: 'DOMAIN_DEVICE_NO_BACKEND',
      message: expect.stringMatching(/9pfs 0 .*its state is initialising/),
      hint: expect.stringContaining('qemu-dm-web1.log'),
    });
    expect(await host.snapshot()).toEqual(before);
  });

  it('is not made when its qemu cannot open a disk, which it says in its log alone', async () => {
    await using host = await withModelFolder(await createSimulatedHost());
    const config = await configWithDevices(host);
    const before = await host.snapshot();
    const creating = createDomain(host, config, {
      onStep: ({ name, state }) => {
        if (name === 'device-model' && state === 'started') rmSync(config.disks[1]!.target);
      },
    });
    expect(await failure(creating)).toMatchObject({
      code: 'DOMAIN_DEVICE_NO_BACKEND',
      message: expect.stringMatching(/51728/),
      hint: expect.stringContaining('qemu-dm-web1.log'),
    });
    expect(await host.snapshot()).toEqual(before);
  });

  it('is not saved while it has connected a folder, which would be dead behind that', async () => {
    await using host = await withModelFolder(await createSimulatedHost());
    const domain = await createDomain(host, await configWithQemu(host));
    await untilConnected(host, domain.domid, '9pfs/0');
    expect((await domainSource(host, domain).check())[0]?.error).toMatchObject({
      code: 'DOMAIN_NOT_SAVABLE',
      message: expect.stringContaining('it has connected a folder of this host'),
    });
  });

  it('has a file that stands where a socket was to be left alone', async () => {
    await using host = await withModelFolder(await createSimulatedHost());
    const config = await configWithQemu(host);
    const [{ path = '' } = {}] = config.channels.filter(({ connection }) => connection === 'socket');
    await host.store.write('/libxl/9/device/console/2/path', path);
    await writeFile(path, 'of somebody');
    const toolstack = '/libxl/9/device/console/2';
    const backend = '/local/domain/0/backend/console/9/2';
    await removeSocket(host, { kind: 'console', id: '2', frontend: '', backend, toolstack });
    expect(await readFile(path, 'utf8')).toBe('of somebody');
  });

  it('keeps the secret of its screen from the command line, and says nothing of it', async () => {
    await using host = await createSimulatedHost();
    const config = await configWithQemu(host);
    const guest = { ...config, domid: 1 };
    expect(qemuArguments(guest).join(' ')).toContain(
      ' -vnc 127.0.0.1:7,password=on,to=99 -display none -k de -machine',
    );
    const lines: string[] = [];
    await createDomain(host, config, { onStep: (step) => void lines.push(JSON.stringify(step)) });
    expect(`${qemuArguments(guest).join(' ')} ${lines.join()}`).not.toContain('hush');
  });
});

describe('a disk has one writer', () => {
  it('is refused to a second domain, under whatever name', async () => {
    await using host = await withModelFolder(await createSimulatedHost());
    const target = await imageFile(host, 'root.img');
    const disks = [{ target, vdev: 'xvda' }];
    const config = await configWithDevices(host, { networks: [] });
    await createDomain(host, { ...config, disks: config.disks.slice(0, 1) });
    const before = await host.snapshot();
    const second = await configWithDevices(host, { name: 'web2', networks: [], disks: disks as never });
    const error = await failure(createDomain(host, second));
    expect(error).toMatchObject({
      code: 'DOMAIN_DISK_BUSY',
      kind: 'usage',
      message: `the disk ${target} is in use: web1 (domain 1) may write to it`,
    });
    expect(await host.snapshot()).toEqual(before);
  });
});

describe('a device that does not come up', () => {
  it.each([
    [
      'a script that refuses',
      { call: 'dom0.runScript', errno: 'EBUSY' },
      { code: 'DOMAIN_DEVICE_SCRIPT', message: expect.stringContaining('Device or resource busy') },
    ],
    [
      'a driver that is not there',
      { call: 'backend.vbd', hang: true },
      {
        code: 'DOMAIN_DEVICE_NO_BACKEND',
        message:
          "no backend has taken vbd 51712 within 10 s: its state is initialising, the frontend's is initialising",
        hint: 'load the driver of disks: modprobe xen-blkback',
      },
    ],
    [
      'a qemu that ends',
      { call: 'backend.qemu', errno: 'EIO' },
      { code: 'DOMAIN_NO_DEVICE_MODEL', message: expect.stringMatching(/^the qemu .* of web1 has ended/) },
    ],
  ] as const)('%s: nothing of it is left', async (_, rule, expected) => {
    await using host = await withModelFolder(await createSimulatedHost());
    const before = await host.snapshot();
    host.faults.add(rule);
    const error = await failure(createDomain(host, await configWithDevices(host)));
    expect(error).toMatchObject({ ...expected, leftovers: [] });
    host.faults.clear();
    expect(await host.snapshot()).toEqual(before);
  });
});

describe('is refused before there is a domain', () => {
  it.each([
    ['DOMAIN_DISK_MISSING', { disks: [{ target: '/nowhere/disk.img', vdev: 'xvda' }] }],
    ['DOMAIN_DISK_INVALID', { disks: [{ target: '/', vdev: 'xvda' }] }],
    ['DOMAIN_FOLDER_MISSING', { shares: [{ tag: 'home', path: '/nowhere', securityModel: 'none' }] }],
    ['DOMAIN_NO_BRIDGE', { networks: [{ bridge: 'br9' }] }],
    ['DOMAIN_NO_DRIVER_DOMAIN', { networks: [{ backend: 'netdom' }] }],
  ])('%s', async (code, change) => {
    await using host = await withModelFolder(await createSimulatedHost());
    const before = await host.snapshot();
    const config = await configWithDevices(host, change as never);
    expect(await failure(createDomain(host, config))).toMatchObject({ code, kind: 'usage', leftovers: [] });
    expect(await host.snapshot()).toEqual(before);
  });

  it.each([
    ['DOM0_SCRIPT_MISSING', 'ENOENT', /^there is no script \/etc\/xen\/scripts\/block$/, configWithDevices],
    [
      'DOM0_SCRIPT_MISSING',
      'EACCES',
      /scripts\/block cannot be run: it is not executable$/,
      configWithDevices,
    ],
    ['DOM0_QEMU_MISSING', 'ENOENT', /qemu.* cannot be started: it is not there$/, configWithQemu],
    ['DOM0_QEMU_MISSING', 'EACCES', /qemu.* cannot be started: it is not executable$/, configWithQemu],
  ] as const)('%s: %s', async (code, errno, message, configOf) => {
    await using host = await withModelFolder(await createSimulatedHost());
    const config = await configOf(host);
    const before = await host.snapshot();
    host.faults.add({ call: 'dom0.lookAtProgram', errno });
    const expected = { code, kind: 'usage', message: expect.stringMatching(message), leftovers: [] };
    expect(await failure(createDomain(host, config))).toMatchObject(expected);
    host.faults.clear();
    expect(await host.snapshot()).toEqual(before);
  });

  it('a socket that another process has', async () => {
    await using host = await withModelFolder(await createSimulatedHost());
    const config = await configWithQemu(host);
    const path = config.channels.flatMap((channel) => channel.path ?? []).join('');
    const server = createServer((socket) => socket.destroy()).listen(path);
    await once(server, 'listening');
    const before = await host.snapshot();
    expect(await failure(createDomain(host, config))).toMatchObject({
      code: 'DOMAIN_CHANNEL_PATH',
      message: expect.stringContaining(`at ${path}: another process listens there`),
      guest: { state: 'never created' },
    });
    expect(await host.snapshot()).toEqual(before);
    server.close();
  });

  it('where udev runs scripts, their place is its own', async () => {
    await using host = await withModelFolder(await createSimulatedHost());
    await mkdir(join(host.root, 'etc/xen'), { recursive: true });
    await writeFile(join(host.root, 'etc/xen/xl.conf'), 'run_hotplug_scripts=0\n');
    const { disks, networks } = await configWithDevices(host);
    await requireDisk(host, disks[0]!);
    await requireBridge(host, networks[0]!);
    expect(host.faults.calls.has('dom0.lookAtProgram')).toBe(false);
  });
});
