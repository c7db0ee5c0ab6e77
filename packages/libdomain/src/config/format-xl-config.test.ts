import { describe, expect, test } from '@jest/globals';
import { VmToolsError } from '@vm-tools/errors';
import fc from 'fast-check';
import {
  checkConfig,
  formatXlConfig,
  parseConfig,
  parsePlacedConfig,
  type NewDomainConfig,
} from './index.ts';
import { configArbitrary } from './testing/config-arbitrary.ts';

const LEAST = { name: 'm', kernel: '/k', memoryKib: 65_536 };

/** The problems for which a configuration cannot be written, each as its message and hint. */
function unsayable(write: () => string): { readonly key: string; readonly message: string }[] {
  try {
    write();
    return [];
  } catch (thrown) {
    if (!(thrown instanceof VmToolsError)) throw thrown;
    expect([thrown.code, thrown.kind]).toEqual(['CONFIG_NOT_IN_XL', 'usage']);
    return thrown.details['problems'] as { key: string; message: string }[];
  }
}

/** The same configuration with nothing that xl.cfg has no words for. */
function sayable({ cpuPolicy, ...config }: NewDomainConfig): NewDomainConfig {
  const inSpec = (text: string): string => text.replaceAll(',', ';');
  return checkConfig({
    ...config,
    ...(typeof cpuPolicy === 'string' && { cpuPolicy }),
    memoryKib: Math.ceil(config.memoryKib / 1024) * 1024,
    maxMemoryKib: Math.ceil(config.maxMemoryKib / 1024) * 1024,
    disks: config.disks.map(({ trusted, ...disk }) => (trusted ? { ...disk, trusted } : disk)),
    networks: config.networks.map(({ ip, model, ...network }) => ({
      ...network,
      ...(ip !== undefined && { ip: inSpec(ip) }),
      ...(model !== undefined && { model: inSpec(model) }),
    })),
  });
}

/** As it is where of a disk only `directIoSafe` that is on is said, and never that it is trusted. */
function asSaid(config: NewDomainConfig): NewDomainConfig {
  const disks = config.disks.map(({ directIoSafe, trusted: _, ...disk }) =>
    directIoSafe ? { ...disk, directIoSafe } : disk,
  );
  return { ...config, disks };
}

test('any configuration is read back the same', () => {
  fc.assert(
    fc.property(configArbitrary.map(sayable), (config) => {
      expect(parseConfig(formatXlConfig(config), 'f')).toEqual(asSaid(config));
    }),
    { numRuns: 300 },
  );
});

test('what cannot be written is told, and nothing else is refused', () => {
  fc.assert(
    fc.property(configArbitrary, (config) => {
      const named = unsayable(() => formatXlConfig(config)).map(({ message }) => message.split(' ', 1)[0]);
      const { memoryKib, maxMemoryKib, cpuPolicy, disks, networks } = config;
      const isOdd = (kib: number): boolean => kib % 1024 !== 0;
      expect(named).toEqual([
        ...(isOdd(memoryKib) ? ['memory'] : []),
        ...(isOdd(maxMemoryKib) && maxMemoryKib !== memoryKib ? ['maxMemory'] : []),
        ...(typeof cpuPolicy === 'object' ? ['cpuPolicy'] : []),
        ...disks.flatMap(({ trusted }, index) => (trusted === false ? [`disks[${index}].trusted`] : [])),
        ...networks.flatMap(({ ip, model }, index) => [
          ...(ip?.includes(',') ? [`networks[${index}].ip`] : []),
          ...(model?.includes(',') ? [`networks[${index}].model`] : []),
        ]),
      ]);
    }),
  );
});

test('a file as a user would write it', () => {
  const config = checkConfig({
    ...LEAST,
    type: 'pvh',
    kernel: '/boot/my "kernel"',
    cmdline: 'root=/dev/xvda1 quiet="a\\b" größe=界',
    maxMemoryKib: 131_072,
    vcpus: 2,
    maxVcpus: 4,
    cpus: [[], [3, 1]],
    cpuWeight: 256,
    onCrash: 'preserve',
    disks: [
      { target: '/srv/a,b', vdev: 'xvda' },
      { vdev: 'xvdb', type: 'cdrom', format: 'empty' },
    ],
    networks: [{ bridge: 'br0', trusted: false }],
    framebuffers: [{ vnc: true, vncListen: '0.0.0.0', vncUnused: false }],
  });
  expect(formatXlConfig(config)).toBe(`name = "m"
type = "pvh"
kernel = "/boot/my \\"kernel\\""
cmdline = "root=/dev/xvda1 quiet=\\"a\\\\b\\" größe=界"
memory = 64
maxmem = 128
vcpus = 2
maxvcpus = 4
cpus = [
  "all",
  "1,3"
]
cpu_weight = 256
on_crash = "preserve"
disk = [
  "vdev=xvda,format=raw,access=rw,target=/srv/a,b",
  "vdev=xvdb,format=empty,devtype=cdrom,target="
]
vif = ["bridge=br0,untrusted"]
vfb = ["vnc=1,vnclisten=0.0.0.0,vncunused=0"]
`);
});

describe('what xl.cfg has no words for', () => {
  test.each<[string, object, readonly string[]]>([
    [
      'memory of half a MiB',
      { memoryKib: 65_537 },
      ['memory has a value for which xl.cfg has no words: "65537KiB"'],
    ],
    [
      'half of a character',
      { cmdline: 'a\ud800' },
      ['cmdline has a value for which xl.cfg has no words: "a\\ud800"'],
    ],
    [
      'commas in devices',
      { networks: [{ ip: '10.0.0.1,10.0.0.2' }, { ip: '::1,x=y', script: 'a,b' }] },
      [
        'networks[0].ip has a value for which xl.cfg has no words: "10.0.0.1,10.0.0.2"',
        'networks[1].script has a value for which xl.cfg has no words: "a,b"',
        'networks[1].ip has a value for which xl.cfg has no words: "::1,x=y"',
      ],
    ],
    [
      'blanks that xl takes away',
      { channels: [{ name: ' a', connection: 'pty' }] },
      ['channels[0].name has a value for which xl.cfg has no words: " a"'],
    ],
    [
      'a password with a comma, which is not shown',
      { framebuffers: [{ vncPassword: 'se,cret' }] },
      ['framebuffers[0].vncPassword has a value for which xl.cfg has no words'],
    ],
    [
      'a disk whose script has a comma',
      { disks: [{ target: '/a', vdev: 'xvda', script: 'a,b' }] },
      ['disks[0].script has a value for which xl.cfg has no words: "a,b"'],
    ],
    [
      'a disk whose backend is not trusted',
      { disks: [{ target: '/a', vdev: 'xvda', trusted: false }] },
      ['disks[0].trusted has a value for which xl.cfg has no words: false'],
    ],
  ])('%s', (_, more, messages) => {
    const config = checkConfig({ ...LEAST, ...more });
    expect(unsayable(() => formatXlConfig(config)).map(({ message }) => message)).toEqual(messages);
  });

  test('it has its place where the configuration has a file', () => {
    const { config, places } = parsePlacedConfig(
      '{ "name": "m", "kernel": "/k", "memory": 64,\n  "networks": [{ "ip": "a,b" }], "maxMemory": "65537KiB" }',
      'm.json',
    );
    expect(unsayable(() => formatXlConfig(config, { places }))).toEqual([
      expect.objectContaining({ key: 'networks', line: 2, column: 15, code: 'CONFIG_NOT_IN_XL' }),
      expect.objectContaining({ key: 'maxMemory', line: 2, hint: 'write a whole number of MiB' }),
    ]);
  });
});
