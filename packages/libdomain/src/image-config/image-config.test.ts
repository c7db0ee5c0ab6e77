import { describe, expect, test } from '@jest/globals';
import { VmToolsError } from '@vm-tools/errors';
import fc from 'fast-check';
import { checkConfig, parseConfig, type DomainConfig } from '../config/index.ts';
import { configArbitrary } from '../config/testing/config-arbitrary.ts';
import { libxlDisk } from './devices/disk.ts';
import { libxlNic } from './devices/nic.ts';
import { fromLibxlJson, toLibxlJson, updateLibxlJson } from './index.ts';

/** As Debian's xl 4.17 keeps it with a running domain, after `xl create` of CFG. */
const USERDATA = `{
    "c_info": {
        "type": "pvh",
        "name": "web",
        "domid": 4294967295,
        "uuid": "1aebc0f8-cdbc-4a11-8b92-02a0f33b0682",
        "run_hotplug_scripts": "True"
    },
    "b_info": {
        "max_vcpus": 2,
        "avail_vcpus": [
            0,
            1
        ],
        "max_memkb": 98304,
        "target_memkb": 65536,
        "video_memkb": 0,
        "sched_params": {

        },
        "claim_mode": "True",
        "kernel": "/guests/vmlinuz",
        "cmdline": "console=hvc0 a=b",
        "type.pvh": {

        },
        "arch_arm": {

        },
        "arch_x86": {
            "msr_relaxed": "False"
        }
    },
    "on_reboot": "restart",
    "on_crash": "preserve",
    "on_soft_reset": "soft_reset"
}
\0`;

const CFG = `
name = "web"
type = "pvh"
uuid = "1aebc0f8-cdbc-4a11-8b92-02a0f33b0682"
kernel = "/guests/vmlinuz"
cmdline = "console=hvc0 a=b"
memory = 64
maxmem = 96
vcpus = 2
on_crash = "preserve"
`;

type Json = Record<string, Record<string, unknown> | undefined>;

const known = (): Json => JSON.parse(USERDATA.slice(0, -1)) as Json;

function errorOf(json: unknown): VmToolsError {
  try {
    fromLibxlJson(typeof json === 'string' ? json : JSON.stringify(json));
  } catch (error) {
    if (error instanceof VmToolsError) return error;
    throw error;
  }
  throw new Error('expected an error');
}

test('reads what xl writes', () => {
  expect(fromLibxlJson(USERDATA)).toEqual(parseConfig(CFG, 'web.cfg'));
});

test('writes what xl writes, but for what libxl finds out by itself', () => {
  const ours = JSON.parse(toLibxlJson(parseConfig(CFG, 'web.cfg'))) as Json;
  const xl = known();
  expect(ours).toEqual({
    ...xl,
    c_info: { ...xl['c_info'], domid: undefined },
    b_info: { ...xl['b_info'], arch_x86: {} },
  });
});

test('libxl leaves out what has its default', () => {
  const json = {
    c_info: { type: 'pv', name: 'a' },
    b_info: { max_memkb: 65536, target_memkb: 65535, kernel: '/k', 'type.pv': {} },
  };
  expect(fromLibxlJson(JSON.stringify(json))).toEqual(
    checkConfig({
      name: 'a',
      kernel: '/k',
      memoryKib: 65535,
      maxMemoryKib: 65536,
      onReboot: 'destroy',
      onSoftReset: 'destroy',
    }),
  );
});

test('keys of xl.cfg are where libxl has them', () => {
  const more = `nomigrate = 1; tsc_mode = "native"; hap = 0; nestedhvm = 1; vpmu = 0; msr_relaxed = 1
max_grant_frames = 32; max_maptrack_frames = 0; max_grant_version = 1; max_event_channels = 99
on_watchdog = "restart"; on_soft_reset = "preserve"`;
  const ours = JSON.parse(toLibxlJson(parseConfig(CFG + more, 'web.cfg'))) as Json;
  expect(ours).toMatchObject({
    c_info: { hap: 'False' },
    b_info: {
      ...{ disable_migrate: 'True', tsc_mode: 'native', nested_hvm: 'True', vpmu: 'False' },
      ...{ max_grant_frames: 32, max_maptrack_frames: 0, max_grant_version: 1, event_channels: 99 },
      arch_x86: { msr_relaxed: 'True' },
    },
    on_watchdog: 'restart',
    on_soft_reset: 'preserve',
  });
});

test('of an option that makes no sense, nothing is asked', () => {
  const b_info = { max_grant_version: 3, event_channels: 0, tsc_mode: 'native_paravirt', vpmu: 1 };
  const json = known();
  const odd = JSON.stringify({ ...json, b_info: { ...json['b_info'], ...b_info } });
  expect(fromLibxlJson(odd)).toEqual(fromLibxlJson(USERDATA));
});

describe('refuses what it would not do justice to', () => {
  test.each([
    ['HVM', { c_info: { type: 'hvm', name: 'a' } }, 'its type is "hvm"'],
    [
      'a disk of nothing',
      { disks: [{ vdev: 'xvda' }] },
      'the target of its disk xvda is missing: only a cdrom of format "empty" has none',
    ],
    ['an emulated card', { nics: [{ nictype: 'vif_ioemu' }] }, 'its network device 0 is an emulated card'],
    ['a keyboard', { vkbs: [{}] }, 'it has keyboards'],
    ['devices of a later release', { virtios: [{}] }, 'it has "virtios"'],
    ['an action', { on_crash: 'explode' }, 'its on_crash is "explode"'],
    ['the PV shim', { b_info: { 'type.pvh': { pvshim: 'True' } } }, 'it runs in the PV shim'],
    ['vNUMA', { b_info: { vnuma_nodes: [{}] } }, 'it has virtual NUMA nodes'],
    ['many vCPUs', { b_info: { max_vcpus: 200 } }, 'it has 200 vCPUs, and 128 are possible'],
    ['much memory', { b_info: { target_memkb: 2 ** 40 } }, 'its target_memkb is beyond 16 TiB'],
    ['a long path', { b_info: { kernel: 'k'.repeat(5000) } }, 'its kernel is longer than any path can be'],
    [
      'a number for a name',
      { c_info: { type: 'pvh', name: '42' } },
      'its name "42" must not be a number, it would be taken for a domid',
    ],
    ['a path for a name', { c_info: { type: 'pvh', name: 'a/b' } }, 'its name "a/b" must not contain "/"'],
  ])('%s', (_, change: Record<string, unknown>, message) => {
    const json = known();
    const b_info = { ...json['b_info'], ...(change['b_info'] as object | undefined) };
    const error = errorOf({ ...json, ...change, b_info });
    expect(error).toMatchObject({ code: 'IMAGE_UNSUPPORTED', kind: 'usage' });
    expect(error.message).toBe(`this domain is not supported yet: ${message}`);
  });
});

const DEVICE = { pdev_path: '/a', vdev: 'xvda', format: 'raw', mac: '00:16:3e:00:00:01' };
const DEVICE_KEYS = [...Object.keys(libxlDisk.shape), ...Object.keys(libxlNic.shape), 'other'];

describe('devices of xl', () => {
  const readDevices = (devices: object): unknown => fromLibxlJson(JSON.stringify({ ...known(), ...devices }));

  test('are read as xl keeps them with a running domain', () => {
    expect(
      readDevices({
        disks: [
          {
            pdev_path: '/d/raw.img',
            vdev: 'xvda',
            format: 'raw',
            readwrite: 1,
            colo_restore_enable: 'False',
          },
          { vdev: 'hdc', format: 'empty', removable: 1, is_cdrom: 1, pdev_path: '' },
          {
            backend_domid: 3,
            pdev_path: 'vol',
            vdev: 'xvdb',
            backend: 'phy',
            format: 'raw',
            script: 'block-x',
            direct_io_safe: true,
            discard_enable: 'False',
            trusted: '<default>',
          },
        ],
        nics: [
          { devid: 0, mac: '00:16:3e:00:00:50', bridge: 'xenbr0', nictype: 'vif' },
          { devid: 3, mac: '00:00:00:00:00:00', ifname: 'web.1', backend_domname: 'net', backend_domid: 4 },
          { model: 'rtl8139', rate_bytes_per_interval: 62500, rate_interval_usecs: 50000, trusted: 'True' },
        ],
      }),
    ).toMatchObject({
      disks: [
        { target: '/d/raw.img', vdev: 'xvda', format: 'raw', access: 'rw', type: 'disk' },
        { target: '', vdev: 'hdc', format: 'empty', access: 'ro', type: 'cdrom' },
        {
          target: 'vol',
          vdev: 'xvdb',
          format: 'raw',
          access: 'ro',
          type: 'disk',
          backend: '3',
          backendType: 'phy',
          script: 'block-x',
          discard: false,
          directIoSafe: true,
        },
      ],
      networks: [
        { mac: '00:16:3e:00:00:50', bridge: 'xenbr0', type: 'vif' },
        { id: 3, vifname: 'web.1', backend: 'net' },
        { model: 'rtl8139', rate: '10Mb/s', trusted: true },
      ],
    });
  });

  test.each([
    [{ disks: [{ ...DEVICE, backend: 'tap' }] }, 'its disk xvda is served by "tap"'],
    [{ disks: [{ ...DEVICE, specification: 'virtio' }] }, 'its disk xvda is a virtio disk'],
    [{ disks: [{ ...DEVICE, colo_enable: 'True' }] }, 'its disk xvda is replicated by COLO'],
    [{ disks: [{ ...DEVICE, pdev_path: 'a' }] }, 'the target of its disk xvda must be an absolute path'],
    [{ disks: [{ ...DEVICE, vdev: undefined }] }, 'the vdev of its disk 1'],
    [{ disks: [DEVICE, { ...DEVICE, vdev: '51712' }] }, 'the vdev of its disk 2 is that of disk 1 already'],
    [{ disks: Array.from({ length: 257 }, () => DEVICE) }, 'it has 257 disks'],
    [{ nics: [{ vlan: '7' }] }, 'its network device 0 is in a VLAN'],
    [{ nics: [{}, { coloft_forwarddev: 'a' }] }, 'its network device 1 is replicated by COLO'],
    [{ nics: [{ mtu: 3 }] }, 'the mtu of its network device 0 must be 68 or more'],
    [{ nics: [DEVICE, DEVICE] }, 'the mac of its network device 2 is that of network device 1 already'],
    [{ nics: [{ devid: 1 }, {}] }, 'the id of its network device 2 is that of network device 1 already'],
    [{ vtpms: [{}], disks: [DEVICE] }, 'it has TPMs'],
  ])('are refused by name: %#', (devices, why) => {
    const error = errorOf({ ...known(), ...devices });
    expect(error).toMatchObject({ code: 'IMAGE_UNSUPPORTED', kind: 'usage' });
    expect(error.message).toContain(`not supported yet: ${why}`);
  });
});

describe('damage is a typed error', () => {
  test.each([
    ['', 'it is not JSON'],
    ['{"c_info": ', 'it is not JSON'],
    [' '.repeat(2 ** 20 + 1), 'it is too long'],
    ['[]', 'expected object, received array'],
    ['{"c_info": 1}', 'c_info Invalid input: expected object'],
    [{ ...known(), c_info: { type: 'pvh', name: 'a', uuid: 'b' } }, 'c_info.uuid Invalid GUID'],
    [{ ...known(), c_info: { type: 'pvh', name: 'a\0b' } }, 'c_info.name must not contain NUL'],
    [{ ...known(), b_info: { ...known()['b_info'], target_memkb: -1 } }, 'b_info.target_memkb'],
    [{ ...known(), b_info: { ...known()['b_info'], kernel: 5 } }, 'b_info.kernel Invalid input'],
    [{ ...known(), disks: [{ readwrite: 'yes' }] }, 'disks.0.readwrite Invalid input'],
    [{ ...known(), nics: [7] }, 'nics.0 Invalid input'],
  ])('%#', (json, message) => {
    const error = errorOf(json);
    expect(error).toMatchObject({ code: 'IMAGE_CONFIG_CORRUPT', kind: 'corrupt' });
    expect(error.message).toContain(message);
  });

  test('whatever the text', () => {
    const texts = fc.oneof(
      fc.string(),
      fc.json(),
      fc.constantFrom('['.repeat(500_000), '{"c_info":'.repeat(50_000)),
      // Any value in the place of any of xl's.
      fc
        .tuple(fc.constantFrom('c_info', 'b_info', 'disks', 'on_crash'), fc.string(), fc.jsonValue())
        .map(([key, inner, value]) => JSON.stringify({ ...known(), [key]: value, [inner]: value })),
      fc
        .tuple(fc.constantFrom('disks', 'nics'), fc.constantFrom(...DEVICE_KEYS), fc.jsonValue())
        .map(([list, key, value]) => JSON.stringify({ ...known(), [list]: [{ ...DEVICE, [key]: value }] })),
      fc
        .tuple(fc.constantFrom(...Object.keys(known()['b_info'] ?? {})), fc.jsonValue())
        .map(([key, value]) =>
          JSON.stringify({ ...known(), b_info: { ...known()['b_info'], [key]: value } }),
        ),
    );
    fc.assert(
      fc.property(texts, (text) => {
        try {
          fromLibxlJson(text);
        } catch (error) {
          expect(error).toBeInstanceOf(VmToolsError);
          expect((error as VmToolsError).code).toMatch(/^IMAGE_/);
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('what xl has and a new domain could not, for its kernel is in its memory already', () => {
  const read = (change: { c_info?: object; b_info?: object; on_crash?: string }, name?: string): object => {
    const json = known();
    const changed = {
      ...json,
      ...change,
      c_info: { ...json['c_info'], ...change.c_info },
      b_info: { ...json['b_info'], ...change.b_info },
    };
    return fromLibxlJson(JSON.stringify(changed), name === undefined ? {} : { name });
  };

  test.each([
    ['a relative kernel', { b_info: { kernel: 'helloworld' } }, { kernel: 'helloworld' }],
    ['a target above the maximum', { b_info: { target_memkb: 1e6 } }, { memoryKib: 1e6, maxMemoryKib: 1e6 }],
    ['little memory', { b_info: { target_memkb: 512, max_memkb: 512 } }, { memoryKib: 512 }],
    ['no name', { c_info: { name: undefined } }, { name: 'unnamed-1aebc0f8' }],
    ['coredump-restart', { on_crash: 'coredump_restart' }, { onCrash: 'coredump-restart' }],
    ['rename-restart', { on_crash: 'restart_rename' }, { onCrash: 'rename-restart' }],
    [
      'a UUID in capitals',
      { c_info: { uuid: 'ABCDEF01-2345-6789-ABCD-EF0123456789' } },
      { uuid: 'abcdef01-2345-6789-abcd-ef0123456789' },
    ],
    ['unknown keys', { c_info: { x: 1 }, b_info: { y: ['a'] }, origin: ['elsewhere'] }, { name: 'web' }],
  ])('%s', (_, change, expected) => {
    expect(read(change)).toMatchObject(expected);
  });

  test('what pygrub has left behind, or nothing', () => {
    const fetched = { kernel: '/var/run/xen/bootloader.3.d/boot_kernel.x', ramdisk: '/var/run/r' };
    for (const build of [fetched, { kernel: undefined }]) {
      const config = read({ b_info: { ...build, bootloader: 'pygrub', bootloader_args: ['-q'] } });
      expect(config).not.toHaveProperty('kernel');
      expect(config).not.toHaveProperty('ramdisk');
      expect(config).toMatchObject({ bootloader: 'pygrub', bootloaderArgs: ['-q'] });
    }
    // Those are files on the disk of the guest.
    const named = { kernel: '/boot/vmlinuz', ramdisk: '/boot/initrd' };
    expect(read({ b_info: { ...named, bootloader: 'pygrub' } })).toMatchObject(named);
    expect(read({ b_info: { kernel: undefined } })).not.toHaveProperty('kernel');
  });

  test.each(['42', 'a/b', '', ' ', '1aebc0f8-cdbc-4a11-8b92-02a0f33b0682'])(
    'the name %j, under another',
    (name) => {
      expect(read({ c_info: { name } }, 'web2')).toMatchObject({ name: 'web2' });
    },
  );
});

test('what changes in a configuration leaves all else in it', () => {
  const json = USERDATA.slice(0, -1);
  expect(updateLibxlJson(json, { name: 'web', memoryKib: 65536 })).toBe(json);
  const changed = updateLibxlJson(json, { name: 'web2', uuid: undefined, maxMemoryKib: 1 });
  expect(JSON.parse(changed)).toEqual({
    ...known(),
    c_info: { ...known()['c_info'], name: 'web2' },
    b_info: { ...known()['b_info'], max_memkb: 1 },
  });
  const nics = [{ bridge: 'a' }, { mac: '00:16:3e:00:00:02' }, 7];
  const networks = [{ mac: '00:16:3e:00:00:01' }, {}, {}];
  expect(JSON.parse(updateLibxlJson(JSON.stringify({ ...known(), nics }), { networks }))).toEqual({
    ...known(),
    nics: [{ bridge: 'a', mac: '00:16:3e:00:00:01' }, nics[1], 7],
  });
  for (const none of ['', '[]', '{"c_info":1,"b_info":[]}'])
    expect(updateLibxlJson(none, { name: 'a' })).toBe(none);
});

test('a device comes in the place of one of its number, and the others keep theirs', () => {
  // libxl gives one without a number that of its place.
  const json = JSON.stringify({
    ...known(),
    nics: [{ mac: '00:16:3e:00:00:01' }, { mac: '00:16:3e:00:00:02' }],
  });
  const without = updateLibxlJson(json, { removed: { kind: 'vif', id: '0' } });
  expect(JSON.parse(without)).toMatchObject({ nics: [{ devid: 1, mac: '00:16:3e:00:00:02' }] });
  const network = { id: 0, mac: '00:16:3e:00:00:03' };
  const again = updateLibxlJson(without, { devices: [{ kind: 'vif', id: '1' }], added: { network } });
  expect(fromLibxlJson(again).networks).toMatchObject([{ id: 1, mac: '00:16:3e:00:00:02' }, network]);
  expect(updateLibxlJson(again, { removed: { kind: 'vbd', id: '51712' } })).toBe(again);
});

test('a device that has been unplugged is not in it any more', () => {
  const text = JSON.stringify({
    c_info: {},
    b_info: {},
    disks: [{ vdev: 'xvda' }, { vdev: 'xvdb' }],
    nics: [{}, { devid: 1 }],
  });
  const devices = [
    { kind: 'vbd', id: '51728' },
    { kind: 'vif', id: '0' },
  ];
  expect(JSON.parse(updateLibxlJson(text, { devices }))).toMatchObject({
    disks: [{ vdev: 'xvdb' }],
    nics: [{}],
  });
  expect(updateLibxlJson(text, {})).toBe(text);
});

test('what is written is read back the same', () => {
  // What libxl leaves out, and what it writes for every domain.
  const numbers = (lists: DomainConfig['cpus']): object =>
    lists?.map((list) => (Array.isArray(list) ? (list as readonly number[]) : [])) ?? [];
  const configs = configArbitrary.map(({ bootloaderArgs = [], msrRelaxed, cpuPolicy, cpuid, ...config }) =>
    checkConfig({
      ...config,
      // Which processors they are, only a host knows.
      cpus: numbers(config.cpus),
      cpusSoft: numbers(config.cpusSoft),
      ...(bootloaderArgs.length > 0 && { bootloaderArgs }),
      ...(msrRelaxed === true && { msrRelaxed }),
      // A file is read before there is a domain.
      ...(typeof cpuPolicy === 'object' && { cpuPolicy }),
      // Changes are in it then, and where there are none nothing is said.
      ...(typeof cpuPolicy !== 'object' && cpuid !== undefined && cpuid !== 'host' && { cpuid }),
    }),
  );
  fc.assert(fc.property(configs, (config) => expect(fromLibxlJson(toLibxlJson(config))).toEqual(config)));
});
