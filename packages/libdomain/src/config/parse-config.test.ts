import { describe, expect, test } from '@jest/globals';
import { VmToolsError } from '@vm-tools/errors';
import { checkConfig, formatConfig, parseConfig } from './index.ts';

const MINIMAL = 'name = "web"\nkernel = "/boot/vmlinuz"\nmemory = 256\n';

function errorOf(text: string, overrides: string[] = []): VmToolsError {
  try {
    parseConfig(text, 'web.cfg', { overrides });
  } catch (error) {
    if (error instanceof VmToolsError) return error;
    throw error;
  }
  throw new Error('expected an error');
}

describe('xl.cfg', () => {
  test('fills in the defaults of xl', () => {
    expect(parseConfig(MINIMAL, 'web.cfg')).toEqual({
      name: 'web',
      type: 'pv',
      kernel: '/boot/vmlinuz',
      cmdline: '',
      memoryKib: 262144,
      maxMemoryKib: 262144,
      vcpus: 1,
      maxVcpus: 1,
      tscMode: 'default',
      onPoweroff: 'destroy',
      onReboot: 'restart',
      onCrash: 'destroy',
      onWatchdog: 'destroy',
      onSoftReset: 'soft-reset',
      disks: [],
      networks: [],
      framebuffers: [],
      channels: [],
      shares: [],
    });
  });

  test('understands the everyday subset', () => {
    const text = `
# a comment; with a semicolon
name = 'web' ; type="pvh"\r
kernel="/k"; ramdisk = '/r'
memory = 0x100
maxmem = "512"
vcpus = 2
maxvcpus = 2
root = '/dev/xvda1'
extra = 'console=hvc0 it\\'s'
extra += " quiet"
uuid = "ABCDEF01-2345-6789-abcd-ef0123456789"
on_poweroff = 'preserve'
on_reboot = 'destroy'
on_crash = 'restart'
disk = [ ]
vif = [ # nothing
] # no newline at the end`;
    expect(parseConfig(text, 'web.cfg')).toEqual({
      name: 'web',
      type: 'pvh',
      kernel: '/k',
      ramdisk: '/r',
      cmdline: "root=/dev/xvda1 console=hvc0 it's quiet",
      memoryKib: 256 * 1024,
      maxMemoryKib: 512 * 1024,
      vcpus: 2,
      maxVcpus: 2,
      uuid: 'abcdef01-2345-6789-abcd-ef0123456789',
      onPoweroff: 'preserve',
      onReboot: 'destroy',
      onCrash: 'restart',
      onWatchdog: 'destroy',
      onSoftReset: 'soft-reset',
      tscMode: 'default',
      disks: [],
      networks: [],
      framebuffers: [],
      channels: [],
      shares: [],
    });
  });

  test('cmdline wins over root and extra, with a warning', () => {
    const warnings: string[] = [];
    const text = `${MINIMAL}cmdline='a'\nextra='b'\n`;
    const { cmdline } = parseConfig(text, 'web.cfg', { onWarning: (message) => warnings.push(message) });
    expect(cmdline).toBe('a');
    expect(warnings).toEqual(['web.cfg:5:1: root and extra are ignored because cmdline is given']);
  });

  test.each([
    ['cpus = "2-4,^3"', { cpus: [[2, 4]] }],
    ['maxvcpus = 3; cpus = "1"', { maxVcpus: 3, cpus: [[1], [1], [1]] }],
    ['vcpus = 3; cpus = ["1-2", "all", 0]', { maxVcpus: 3, cpus: [[1, 2], [], [0]] }],
    [
      'vcpus = 3; cpus_soft = ["2", "all"]; cpu_weight = 512; cap = 0x10',
      { cpusSoft: [[2]], cpuWeight: 512, cap: 16 },
    ],
    ['vcpus = 2; cpus = "all"; cpus_soft = ""', { cpus: undefined, cpusSoft: undefined }],
  ])('%s', (line, expected) => {
    const text = `${MINIMAL}${line.startsWith('cpus =') ? 'vcpus = 1; ' : ''}${line}`;
    const { vcpus, maxVcpus, cpus, cpusSoft, cpuWeight, cap } = parseConfig(text, 'web.cfg');
    expect({ vcpus, maxVcpus, cpus, cpusSoft, cpuWeight, cap }).toMatchObject(expected);
  });

  test.each([
    ['cpus = "1"', 'web.cfg:4:1: cpus has no effect without vcpus, as in xl: write vcpus = 1 as well'],
    [
      'vcpus = 1; cpus_soft = ["1", "2"]',
      'web.cfg:4:24: cpus_soft names processors for more vCPUs than there are',
    ],
  ])('%s is accepted with a warning', (line, warning) => {
    const warnings: string[] = [];
    parseConfig(MINIMAL + line, 'web.cfg', { onWarning: (message) => warnings.push(message) });
    expect(warnings).toEqual([warning]);
  });

  test('memory starts with maxmem when only that is given', () => {
    expect(parseConfig('name="a"\nkernel="/k"\nmaxmem=64', 'f').memoryKib).toBe(65536);
  });

  test.each([
    // [what is added to a good file, code, line:column, message, hint]
    ['memroy = 5', 'CONFIG_UNKNOWN_KEY', '4:1', 'unknown key "memroy"', 'did you mean "memory"?'],
    ['onCrash = "destroy"', 'CONFIG_UNKNOWN_KEY', '4:1', 'unknown key "onCrash"', 'did you mean "on_crash"?'],
    ["disk = '/dev/x,raw,xvda'", 'CONFIG_INVALID', '4:8', 'disk must be a list', undefined],
    ['disk = [ "/a,,xvda",\n  "/b,,xvdz1z" ]', 'CONFIG_INVALID', '5:3', 'disk 2: vdev must name', undefined],
    ["disk = [ '/a,,xvda', [] ]", 'CONFIG_INVALID', '4:22', 'disk 2 must be a string', undefined],
    ['disk = [ "/a,,xvda,1" ]', 'CONFIG_INVALID', '4:10', 'disk 1: unknown value for access: "1"', undefined],
    [
      'disk = [ "/a,,xvda,backendtype=tap" ]',
      'CONFIG_UNSUPPORTED',
      '4:10',
      'disk 1: backendtype=tap is not',
      undefined,
    ],
    [
      'vif = [ "bridg=a" ]',
      'CONFIG_UNKNOWN_KEY',
      '4:9',
      'vif 1: unrecognized argument',
      'did you mean "bridge"?',
    ],
    ['vtpm = [ "backend=a" ]', 'CONFIG_UNSUPPORTED', '4:8', 'vtpm is not supported yet', undefined],
    [
      'passthrough = "enabled"',
      'CONFIG_UNSUPPORTED',
      '4:15',
      'passthrough is not supported: it is for devices of the host, of which no guest is given one',
      undefined,
    ],
    [
      'vnuma = [["pnode=0"]]',
      'CONFIG_UNSUPPORTED',
      '4:9',
      'vnuma is not supported: a domain',
      'cpus = "node:0"',
    ],
    ['seclabel = "a:b:c"', 'CONFIG_UNSUPPORTED', '4:12', 'seclabel is not supported: a domain', 'no Flask'],
    ['period = 100', 'CONFIG_UNSUPPORTED', '4:10', 'period is not supported: the scheduler rtds', 'credit2'],
    ['shadow_memory = "-1"', 'CONFIG_INVALID', '4:17', 'shadow_memory must be 1 MiB or more', undefined],
    ['pvh = 1', 'CONFIG_UNSUPPORTED', '4:7', 'pvh is not supported yet', 'write type = "pvh" instead'],
    ['type = "hvm"', 'CONFIG_UNSUPPORTED', '4:8', '"hvm" is not supported yet', undefined],
    ['builder = "hvm"', 'CONFIG_UNSUPPORTED', '4:11', '"hvm" is not supported yet', undefined],
    ['type="pvh"\nbuilder="generic"', 'CONFIG_INVALID', '5:9', 'contradicts type "pvh"', undefined],
    [
      'on_crash = "coredump-destroy"',
      'CONFIG_UNSUPPORTED',
      '4:12',
      'on_crash "coredump-destroy" is',
      undefined,
    ],
    [
      'on_crash = "rename-restart"',
      'CONFIG_UNSUPPORTED',
      '4:12',
      'on_crash "rename-restart" is not supported yet',
      undefined,
    ],
    ['on_crash = "explode"', 'CONFIG_INVALID', '4:12', 'on_crash must be one of destroy, restart', undefined],
    ['type = "pvm"', 'CONFIG_INVALID', '4:8', 'type must be "pv" or "pvh": "pvm"', undefined],
    ['vcpus = "lots"', 'CONFIG_INVALID', '4:9', 'vcpus must be a number, not "lots"', undefined],
    ['vcpus = [1]', 'CONFIG_INVALID', '4:9', 'vcpus must be a string, not a list', undefined],
    ['vcpus = 129', 'CONFIG_INVALID', '4:9', 'vcpus must be 128 or less', undefined],
    ['vcpus = 0', 'CONFIG_INVALID', '4:9', 'vcpus must be 1 or more', undefined],
    ['vcpus += 2', 'CONFIG_INVALID', '4:10', 'vcpus is a number, += does not suit it', undefined],
    [
      'vcpus = 4\nmaxvcpus = 2',
      'CONFIG_INVALID',
      '5:12',
      'maxvcpus must not be less than vcpus, which is 4',
      '',
    ],
    ['cpu_weight = 0', 'CONFIG_INVALID', '4:14', 'cpu_weight must be from 1 to 65535', ''],
    ['vcpus = 2\ncap = 201', 'CONFIG_INVALID', '5:7', 'cap must not be more than 100 for each vCPU', ''],
    [
      'vcpus = 1\ncpus = "3-1"',
      'CONFIG_INVALID',
      '5:8',
      'cpus: is no range of processors: "3-1"',
      'write "all"',
    ],
    ['vcpus = 1\ncpus = ["1,^1"]', 'CONFIG_INVALID', '5:8', 'cpus: leaves no processor', 'write "all"'],
    [
      'cpus_soft = "node:1-0"',
      'CONFIG_INVALID',
      '4:13',
      'cpus_soft: is no range of processors: "node:1-0"',
      'write "all"',
    ],
    ['maxmem = 128', 'CONFIG_INVALID', '4:10', 'maxmem must not be less than the memory', undefined],
    ['ramdisk = ""', 'CONFIG_INVALID', '4:11', 'ramdisk must be an absolute path', undefined],
    ['uuid = "1234"', 'CONFIG_INVALID', '4:8', 'uuid must be a UUID of the form', undefined],
    ['extra = "a\\nb"', 'CONFIG_INVALID', '4:9', 'extra must not contain control characters', undefined],
    [
      `extra = "${'x'.repeat(1024)}"`,
      'CONFIG_INVALID',
      '4:9',
      'must not be longer than 1023 bytes',
      undefined,
    ],
    ['name = "other"', 'CONFIG_INVALID', '4:1', 'name is given twice', 'it was given at line 1 already'],
    ['extra = "a"\nextra += ["b"]', 'CONFIG_INVALID', '5:10', 'a list and a string at once', undefined],
    [
      'ramdisk = initrd',
      'CONFIG_SYNTAX',
      '4:11',
      'unexpected initrd in place of a value',
      'write "initrd" in quotes',
    ],
    ['extra = "a', 'CONFIG_SYNTAX', '4:9', 'this string is not closed on its line', undefined],
    ['extra = "\\x41"', 'CONFIG_SYNTAX', '4:9', '"\\x" is not supported in a string', undefined],
    ['extra', 'CONFIG_SYNTAX', '4:6', 'unexpected the end of the text behind extra', undefined],
    [
      'extra = \nvcpus=1',
      'CONFIG_SYNTAX',
      '4:9',
      'unexpected the end of the line in place of a value',
      undefined,
    ],
    ['vcpus = 1 extra = "a"', 'CONFIG_SYNTAX', '4:11', 'unexpected extra behind the value', undefined],
    ['vif = [ "a" "b" ]', 'CONFIG_SYNTAX', '4:13', 'unexpected "b" in a list', undefined],
    ['vif = [', 'CONFIG_SYNTAX', '4:8', 'unexpected the end of the text', undefined],
    [`vif = ${'['.repeat(50000)}`, 'CONFIG_SYNTAX', '4:23', 'lists are nested too deeply', undefined],
    ['= 3', 'CONFIG_SYNTAX', '4:1', 'unexpected = in place of a key', undefined],
    ['é = 3', 'CONFIG_SYNTAX', '4:1', 'unexpected "é"', undefined],
  ])('refuses %j', (added, code, place, message, hint) => {
    const error = errorOf(MINIMAL + added);
    expect(error).toMatchObject({ code, kind: 'usage' });
    expect(error.message).toContain(`web.cfg:${place}: `);
    expect(error.message).toContain(message);
    if (hint !== undefined) expect(error.hint).toContain(hint);
    expect(error.details).toMatchObject({ file: 'web.cfg', line: Number(place.split(':')[0]) });
  });

  test.each([
    ['kernel="/k"\nmemory=1', 'name is missing'],
    ['name="a"\nmemory=1', 'kernel is missing'],
    ['name="a"\nkernel="/k"', 'memory is missing'],
  ])('%j: %s', (text, message) => {
    expect(errorOf(text)).toMatchObject({ code: 'CONFIG_INVALID', message: `web.cfg:1:1: ${message}` });
  });

  test.each(['', ' ', 'a/b', '42', 'a\tb', 'x'.repeat(256), ' a', 'abcdef01-2345-6789-abcd-ef0123456789'])(
    'refuses the name %j',
    (name) => {
      const error = errorOf(`name = "${name}"\nkernel = "/k"\nmemory = 1\n`);
      expect(error).toMatchObject({ code: 'CONFIG_INVALID', details: { key: 'name', line: 1, column: 8 } });
    },
  );
});

describe('JSON', () => {
  const minimal = { name: 'web', kernel: '/k', memory: 256 };

  test('has the names of a DomainConfig, and memory in MiB or with a unit', () => {
    const text = JSON.stringify({
      ...minimal,
      type: 'pvh',
      memory: '1 GiB',
      maxMemory: 2048,
      onCrash: 'preserve',
    });
    expect(parseConfig(`\uFEFF\n${text}`, 'web.json')).toMatchObject({
      type: 'pvh',
      memoryKib: 1048576,
      maxMemoryKib: 2097152,
      onCrash: 'preserve',
    });
  });

  test.each([
    [
      '{\n  "name": "a",\n  "kernle": "/k",\n "memory": 1}',
      'CONFIG_UNKNOWN_KEY',
      '3:3',
      'unknown key "kernle"',
      'did you mean "kernel"?',
    ],
    [
      '{"on_crash": 1, "name": "a", "kernel": "/k", "memory": 1}',
      'CONFIG_UNKNOWN_KEY',
      '1:2',
      'unknown key "on_crash"',
      'did you mean "onCrash"?',
    ],
    ['{"memory": "lots"}', 'CONFIG_INVALID', '1:12', 'memory must be a whole number of MiB', undefined],
    ['{"memory": 1.5}', 'CONFIG_INVALID', '1:12', 'memory must be a whole number of MiB', undefined],
    ['{"memory": -1}', 'CONFIG_INVALID', '1:12', 'memory must be a whole number of MiB', undefined],
    [
      '{"name": "a",\n"kernel": "/k",\n"memory": 17179869184}',
      'CONFIG_INVALID',
      '3:11',
      'must be 16 TiB or less',
      undefined,
    ],
    [
      '{"name": "a", "kernel": "/k", "memory": 1, "vcpus": "2"}',
      'CONFIG_INVALID',
      '1:53',
      'vcpus must be a whole',
      undefined,
    ],
    [
      '{"name": null, "kernel": "/k", "memory": 1}',
      'CONFIG_INVALID',
      '1:10',
      'name must be a string',
      undefined,
    ],
    [
      '{"name": {"a": [1, true, {}]}, "kernel": "/k", "memory": 1}',
      'CONFIG_INVALID',
      '1:10',
      'name must be',
      undefined,
    ],
    ['{"name": "a", "name": "b"}', 'CONFIG_INVALID', '1:15', '"name" is given twice', undefined],
    [
      '{"onCrash": "coredump-restart"}',
      'CONFIG_UNSUPPORTED',
      '1:13',
      '"coredump-restart" is not supported yet',
      undefined,
    ],
    ['{"name": "a",}', 'CONFIG_SYNTAX', '1:14', 'unexpected } in place of a key in double quotes', undefined],
    [
      '{"name" "a"}',
      'CONFIG_SYNTAX',
      '1:9',
      'unexpected "a" behind "name", where ":" is expected',
      undefined,
    ],
    ['{"name": a}', 'CONFIG_SYNTAX', '1:10', 'unexpected a which is not JSON', undefined],
    ['{"name": 01}', 'CONFIG_SYNTAX', '1:10', 'unexpected 01 which is not JSON', undefined],
    ['{"name": "\\q"}', 'CONFIG_SYNTAX', '1:10', 'which is not JSON', undefined],
    ['{"name": "a\n"}', 'CONFIG_SYNTAX', '1:10', 'this string is not closed on its line', undefined],
    [
      '{"name": "a"',
      'CONFIG_SYNTAX',
      '1:13',
      'unexpected the end of the text at the end of the object',
      undefined,
    ],
    [
      '{"name": ["a"',
      'CONFIG_SYNTAX',
      '1:14',
      'unexpected the end of the text at the end of the list',
      undefined,
    ],
    ['{"name": ]}', 'CONFIG_SYNTAX', '1:10', 'unexpected ] in place of a value', undefined],
    ['{} x', 'CONFIG_SYNTAX', '1:4', 'unexpected x behind the closing brace', undefined],
    [`{"name": ${'['.repeat(50000)}`, 'CONFIG_SYNTAX', '1:26', 'values are nested too deeply', undefined],
  ])('refuses %j', (text, code, place, message, hint) => {
    const error = errorOf(text);
    expect(error).toMatchObject({ code, kind: 'usage' });
    expect(error.message).toContain(`web.cfg:${place}: `);
    expect(error.message).toContain(message);
    if (hint !== undefined) expect(error.hint).toBe(hint);
  });

  test('is what formatConfig writes', () => {
    const config = parseConfig(MINIMAL, 'f');
    expect(formatConfig(config)).toContain('"memory": 256,');
    expect(parseConfig(formatConfig(config), 'f')).toEqual(config);
  });
});

describe('overrides', () => {
  test('replace what an xl.cfg says', () => {
    const overrides = ['memory=512', 'name=web2', " extra = 'a b' ", 'memory=1024'];
    expect(parseConfig(MINIMAL, 'f', { overrides })).toMatchObject({
      memoryKib: 1048576,
      name: 'web2',
      cmdline: 'a b',
    });
  });

  test('replace what a JSON file says, in its keys', () => {
    const text = '{"name": "a", "kernel": "/k", "memory": 1}';
    const overrides = ['memory=1GiB', 'vcpus=4', 'onCrash="preserve"'];
    expect(parseConfig(text, 'f', { overrides })).toMatchObject({
      memoryKib: 1048576,
      vcpus: 4,
      onCrash: 'preserve',
    });
  });

  test.each([
    ['memory=lots', 'CONFIG_INVALID', 'command line:1:8: memory must be a number, not "lots"'],
    ['memroy=1', 'CONFIG_UNKNOWN_KEY', 'command line:1:1: unknown key "memroy"'],
    ['memory', 'CONFIG_SYNTAX', 'command line:1:1: "memory" is not of the form key=value'],
    ['extra="a', 'CONFIG_SYNTAX', 'command line:1:1: this string is not closed on its line'],
    ['extra="a" "b"', 'CONFIG_SYNTAX', 'command line:1:5: unexpected "b" behind the value'],
  ])('refuses %j', (override, code, message) => {
    expect(errorOf(MINIMAL, [override])).toMatchObject({ code, message });
  });
});

describe('devices', () => {
  const SOME = {
    disks: [
      { target: 'web.img', vdev: 'xvda' },
      '/a.qcow2,qcow2,xvdb,r',
      { target: 'vol', vdev: 'xvdc', script: 'block-x' },
    ],
    networks: ['', { bridge: 'br0', mac: '00:16:3E:00:00:01', rate: '1MB/s' }, { id: 2 }, { id: 7 }],
  };
  const json = (more: object): string =>
    JSON.stringify({ name: 'web', kernel: '/k', memory: 64, ...more }, null, 1);
  const problemsOf = (text: string): unknown => errorOf(text).details['problems'];

  test('of JSON are objects, or strings as in xl.cfg', () => {
    const warnings: string[] = [];
    const onWarning = (warning: string): void => void warnings.push(warning);
    const { disks, networks } = parseConfig(json(SOME), 'f', { folder: '/guests', onWarning });
    expect(disks).toEqual([
      { target: '/guests/web.img', vdev: 'xvda', format: 'raw', access: 'rw', type: 'disk' },
      { target: '/a.qcow2', vdev: 'xvdb', format: 'qcow2', access: 'ro', type: 'disk' },
      { target: 'vol', vdev: 'xvdc', format: 'raw', access: 'rw', type: 'disk', script: 'block-x' },
    ]);
    expect(networks).toEqual([{}, { bridge: 'br0', mac: '00:16:3e:00:00:01', rate: '8Mb/s' }, {}, { id: 7 }]);
    expect(warnings).toEqual([
      'f:6:3: disks[0] has a target relative to the working directory: /guests/web.img',
    ]);
  });

  test('all that is wrong with them is told, each at its place', () => {
    const disks = [{ target: '/a', vdev: 'xvda' }, { target: '/b', vdef: 'xvdb' }, '/c,raw,xvdc,x', 7];
    const networks = [{ mac: '01:00:00:00:00:00' }, { type: 'ioemu', mtu: 1 }];
    expect(problemsOf(json({ disks, networks }))).toEqual(
      [
        ['disks[1].vdev must be a string', 'correct the value at this place'],
        ['disks[1] has the unknown key "vdef"', 'did you mean "vdev"?'],
        ['disks[2]: unknown value for access: "x"', 'write w to let the guest write, or r'],
        ["disks[3] must be an object, or a string in xl's syntax", 'correct the value at this place'],
        [
          'networks[0].mac is an address of a group, not of one device: "01:00:00:00:00:00"',
          'correct the value at this place',
        ],
        ['networks[1].mtu must be 68 or more', 'correct the value at this place'],
      ].map(([message, hint]) =>
        expect.objectContaining({ message: expect.stringContaining(message ?? ''), hint }),
      ),
    );
  });

  test('do not share what only one can have', () => {
    const text = `${MINIMAL}disk = [ '/a,raw,xvda',
      '/b,raw,51712' ]
vif = [ 'mac=00:16:3e:00:00:01', 'mac=00:16:3E:00:00:01', 'devid=0', 'type=ioemu' ]`;
    expect(problemsOf(text)).toEqual(
      [
        ['web.cfg:5:7: disk 2: vdev is that of disk 1 already: "51712"', 'give each disk another vdev'],
        [
          'web.cfg:6:34: vif 2: mac is that of network device 1 already: "00:16:3E:00:00:01"',
          'give each network device another mac',
        ],
        [
          'web.cfg:6:59: vif 3: devid is that of network device 1 already',
          'give each network device another id',
        ],
        [
          'web.cfg:6:70: vif 4: type must be "vif": only hvm domains have emulated cards: "ioemu"',
          'write vif in place of ioemu',
        ],
      ].map(([message, hint]) => expect.objectContaining({ message, hint })),
    );
  });
});

describe('checkConfig', () => {
  test('completes a configuration', () => {
    expect(checkConfig({ name: 'a', kernel: '/k', memoryKib: 4096 })).toMatchObject({
      type: 'pv',
      maxMemoryKib: 4096,
    });
  });

  test.each([
    [{ name: 'a', kernel: '/k', memoryKib: 4096, disk: [] }, 'Unrecognized key: "disk"'],
    [{ name: 'a', kernel: '/k', memoryKib: 1 }, 'memoryKib must be 1 MiB or more'],
    ['nonsense', 'expected object'],
  ])('refuses %j', (config, message) => {
    expect(() => checkConfig(config)).toThrow(message);
  });
});

describe('the screen of a pv domain without vfb', () => {
  const pv = 'name = "m"\nkernel = "/k"\nmemory = 64\n';
  const screenOf = (text: string): unknown => parseConfig(`${pv}${text}`, 'f').framebuffers;

  test('is what the keys at the top say, where vnc says so', () => {
    expect(screenOf('vnc = 1')).toEqual([{ vnc: true }]);
    expect(
      screenOf('vnc = 1\nvnclisten = "0.0.0.0"\nvncdisplay = 4\nvncpasswd = "x"\nkeymap = "de"'),
    ).toEqual([{ vnc: true, vncListen: '0.0.0.0', vncDisplay: 4, vncPassword: 'x', keymap: 'de' }]);
    expect(screenOf('vnc = 1\nvfb = ["vncdisplay=2"]')).toEqual([{ vncDisplay: 2 }]);
    for (const none of ['vnc = 0', 'vnclisten = "0.0.0.0"', 'type = "pvh"\nvnc = 1'])
      expect(screenOf(none)).toEqual([]);
  });

  test('has a password that no message shows', () => {
    const bad = 'vfb = ["vncpasswd=hush\\n"]';
    const asJson =
      '{"name": "m", "kernel": "/k", "memory": 64, "framebuffers": [{"vncPassword": "hush\\n"}]}';
    for (const text of [`${pv}${bad}`, asJson])
      try {
        parseConfig(text, 'f');
      } catch (thrown) {
        expect(JSON.stringify((thrown as VmToolsError).details) + String(thrown)).not.toContain('hush');
      }
    expect(() => parseConfig(asJson, 'f')).toThrow(/vncPassword must not contain control characters/);
  });
});

describe('what is no field of a domain', () => {
  const text = '{"name": "web", "memory": 64,\n"site": {"kernel": "/k"}}';

  test('is taken out by a caller that knows it, which may put fields in its place', () => {
    const config = parseConfig(text, 'f', {
      overrides: ['name=web2'],
      prepare(entries) {
        const site = entries.get('site')!;
        entries.delete('site');
        entries.set('kernel', {
          ...site,
          key: 'kernel',
          value: `/of/${entries.get('name')?.value as string}`,
        });
      },
    });
    expect(config).toMatchObject({ name: 'web2', kernel: '/of/web2' });
  });

  test('is unknown otherwise; what the caller finds wrong is reported with the rest', () => {
    expect(() => parseConfig(text, 'f')).toThrow(/unknown key "site"/);
    const prepare = (): void => {
      throw new VmToolsError({ code: 'CONFIG_INVALID', kind: 'usage', message: 'site is wrong', hint: 'no' });
    };
    expect(() => parseConfig(text, 'f', { prepare })).toThrow(
      /site is wrong.*unknown key "site"|unknown key "site".*site is wrong/,
    );
  });

  test('an image is for vm-create alone', () => {
    const error = errorOf('{"name": "web", "memory": 64, "kernel": "/k", "image": {}}');
    expect(error).toMatchObject({ code: 'CONFIG_UNSUPPORTED', details: { key: 'image' } });
  });

  test('nothing is prepared in an xl.cfg', () => {
    const prepare = (): void => {
      throw new Error('never');
    };
    expect(parseConfig(MINIMAL, 'f', { prepare })).toMatchObject({ name: 'web' });
  });
});
