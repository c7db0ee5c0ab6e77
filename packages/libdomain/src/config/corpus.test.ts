import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { VmToolsError } from '@vm-tools/errors';
import { fromLibxlJson, toLibxlJson } from '../image-config/index.ts';
import { Findings } from './findings.ts';
import { KEYS } from './keys/keys.ts';
import { parseConfig } from './parse-config.ts';
import type { NewDomainConfig } from './schema.ts';
import { followHints } from './testing/follow-hints.ts';
import { readXl } from './xl/read-xl.ts';

const CORPUS = join(import.meta.dirname, '../../corpus');

/**
 * The results for configurations of real users (see corpus/xl/README.md): the reasons for refusing each, in order, and
 * what is accepted with a warning. This table only ever gets better: a file that is accepted stays so, and what is
 * refused gets less.
 */
const OUTCOMES: Readonly<Record<string, readonly [refusedFor: string, warnedOf: string]>> = {
  'cfg-01': ['', ''],
  'cfg-02': ['', ''],
  'cfg-04': ['', '8 boot, 9 serial'],
  'cfg-05': ['1:8 type, 6:8 boot, 7:10 serial', ''],
  'cfg-07': ['', ''],
  'cfg-08': ['', ''],
  'cfg-10': ['', ''],
  'cfg-11': ['', '7 on_xend_start, 8 on_xend_stop, 10 serial'],
  'cfg-13': ['', '9 disk'],
  'cfg-14': ['', '11 disk'],
  'cfg-16': ['', ''],
  'cfg-17': ['', ''],
  'cfg-19': ['', ''],
  'cfg-20': ['', '7 vfb'],
  'cfg-22': ['4:9 builder', ''],
  'cfg-23': ['', ''],
  'cfg-25': ['', '13 console'],
  'cfg-26': ['', ''],
  'cfg-28': ['', ''],
  'cfg-29': ['', '1 kernel'],
  'cfg-31': ['', '2 kernel, 10 max_clones'],
  'cfg-32': ['', '2 kernel, 5 cpus'],
  'cfg-34': ['1:16 name', '2 kernel, 5 gic_version, 6 vuart'],
  'cfg-35': ['', '2 kernel, 5 gic_version, 6 vuart'],
  'cfg-37': ['12:15 device_tree, 13:9 dtdev, 14:9 iomem, 15:8 irqs', ''],
  'cfg-38': ['11:9 dtdev', '8 dtb, 9 iommu'],
  'cfg-40': ['', '7 vcpus'],
  'cfg-41': ['', ''],
  'cfg-43': [
    '2:8 type, 7:1 maxcpus, 9:8 irqs, 10:9 iomem, 11:11 ioports, 12:10 serial, 13:11 usbctrl, 14:10 usbdev, 17:8 boot',
    '',
  ],
  'cfg-44': [
    '22:11 builder, 9:12 viridian, 11:13 localtime, 16:7 vnc, 18:14 vncdisplay, 19:7 pci, 21:10 serial, 24:8 boot, 27:7 usb, 28:13 usbdevice',
    '6 pae, 7 acpi, 8 apic, 10 rtc_timeoffset, 15 sdl, 17 vncunused, 20 parallel, 25 nestedhvm',
  ],
  'cfg-46': [
    '35:8 type, 8:12 viridian, 9:7 vga, 10:12 videoram, 11:11 soundhw, 12:9 spice, 13:13 spicehost, 14:13 spiceport, 15:26 spicedisable_ticketing, 16:16 spicevdagent, 17:27 spice_clipboard_sharing, 18:27 spice_image_compression, 20:7 vnc, 22:13 vnclisten, 24:13 usbdevice, 25:10 keymap, 36:15 dm_restrict',
    '4 pae, 5 acpi, 6 apic, 7 xen_platform_pci, 19 sdl, 21 vncunused, 23 usb, 37 device_model_chroot',
  ],
  'cfg-47': [
    '1:9 builder, 2:24 device_model_version, 11:14 gfx_passthru, 12:5 pci, 13:5 usb, 14:11 usbdevice, 15:11 localtime, 20:6 boot',
    '1 lines, 16 on_xend_stop',
  ],
  'cfg-49': [
    '9:9 builder, 7:11 localtime, 12:6 boot, 16:8 stdvga, 17:5 vnc, 18:11 vnclisten, 21:9 soundhw, 24:10 viridian, 29:8 serial, 30:24 device_model_version, 36:7 pci',
    '10 device_model, 19 vncconsole, 23 monitor, 25 sdl, 26 acpi, 27 apic, 28 pae, 31 gfx_passthru, 32 pci_power_mgmt, 33 xen_platform_pci, 34 pci_msitranslate, 35 hap',
  ],
  'cfg-50': [
    '9:11 builder, 1:8 import, 2:8 arch, 5:1, 11:17 shadow_memory, 17:24 device_model, 18:8 boot, 19:5 sdl, 20:5 vnc',
    '4 arch_libdir, 21 vncviewer, 22 ne2000',
  ],
  'cfg-52': [
    '2:19 builder, 12:19 boot, 16:19 sdl, 18:19 localtime, 21:19 serial, 22:19 usbdevice',
    '6 device_model, 9 cdrom, 14 nic, 15 vif, 17 vncviewer, 19 ne2000',
  ],
  'cfg-53': ['2:8 type, 6:8 boot, 9:7 pci, 10:16 gfx_passthru', '11 vnc'],
  'cfg-55': ['7:8 type, 8:10 altp2m, 12:9 disk, 20:17 shadow_memory', '2 arch, 14 vif, 21 ept'],
  'cfg-56': ['2:8 type, 5:9 vnuma', ''],
  'cfg-58': ['5:9 cpuid', ''],
  'cfg-59': ['', '7 serial, 10 vfb, 14 vnc'],
  'cfg-61': [
    '25:11 builder, 16:6 boot, 18:5 vnc, 19:11 vnclisten, 21:11 vncunused, 22:11 vncpasswd, 23:8 stdvga, 24:8 serial',
    '3 device_model, 9 xen_platform_pci, 10 pae, 11 acpi, 12 apic, 15 vfb, 17 sdl, 20 vncconsole',
  ],
  'cfg-62': ['16:6 pool', '11 vnc, 12 nographic, 15 device_model_version'],
  'cfg-64': ['1:1', ''],
  'cfg-65': ['1:1', ''],
  'cfg-67': ['1:1', ''],
  'cfg-68': ['', ''],
};

/** Keys of libxl's JSON that are the same for the same file. */
const KEPT = [
  'max_vcpus',
  'avail_vcpus',
  'vcpu_hard_affinity',
  'vcpu_soft_affinity',
  'numa_placement',
  'sched_params',
] as const;

const files = Object.keys(OUTCOMES);
const readCorpus = (name: string): string => readFileSync(join(CORPUS, 'xl', name), 'utf8');
const readme = readCorpus('README.md');

interface Problem {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
  readonly line: number;
  readonly column: number;
  readonly key?: string;
}

/** The part of libxl's JSON about devices. */
interface Devices {
  readonly disks?: readonly object[];
  readonly nics?: readonly object[];
  readonly vfbs?: readonly object[];
  readonly vkbs?: readonly object[];
  readonly channels?: readonly object[];
  readonly p9s?: readonly object[];
}

interface Outcome {
  readonly config?: NewDomainConfig;
  readonly problems: readonly Problem[];
  readonly warnings: readonly string[];
}

function outcomeOf(text: string, file: string): Outcome {
  const warnings: string[] = [];
  const options = { folder: '/guests', onWarning: (warning: string) => void warnings.push(warning) };
  try {
    return { config: parseConfig(text, file, options), problems: [], warnings };
  } catch (thrown) {
    if (!(thrown instanceof VmToolsError)) throw thrown;
    return { problems: thrown.details['problems'] as Problem[], warnings };
  }
}

/** The row of the README about a file: whether xl starts it, and at which line it refuses it. */
function xlOn(name: string): { readonly starts: boolean; readonly line: number | undefined } {
  const row = readme.split('\n').find((line) => line.startsWith(`| ${name.slice(4)} |`)) ?? '';
  const line = /cfg-\d+\.cfg:(\d+): config parsing/.exec(row)?.[1];
  return { starts: row.includes('| starts it |'), line: line === undefined ? undefined : Number(line) };
}

describe('configurations of real users', () => {
  test('are all in the table', () => {
    const all = readdirSync(join(CORPUS, 'xl')).filter((name) => name.endsWith('.cfg'));
    expect(all).toEqual(files.map((name) => `${name}.cfg`));
  });

  test.each(files)('%s', (name) => {
    const { problems, warnings } = outcomeOf(readCorpus(`${name}.cfg`), name);
    const refusedFor = problems.map(({ line, column, key }) =>
      [`${line}:${column}`, ...(key === undefined ? [] : [key])].join(' '),
    );
    const warnedOf = warnings.map((warning) => /:(\d+):\d+: (\S+)/.exec(warning)?.slice(1).join(' '));
    expect([refusedFor.join(', '), warnedOf.join(', ')]).toEqual(OUTCOMES[name]);
    for (const { message, hint, line, column } of problems) {
      expect(message).toMatch(new RegExp(`^${name}:${line}:${column}: `));
      expect(hint).not.toBe('');
    }
  });

  test.each(files.filter((name) => !xlOn(name).starts))(
    '%s is refused by xl, and at the same line here',
    (name) => {
      const { config, problems } = outcomeOf(readCorpus(`${name}.cfg`), name);
      const { line } = xlOn(name);
      expect(config).toBeUndefined();
      if (line !== undefined) expect(problems.map((problem) => problem.line)).toContain(line);
      expect(problems.map(({ hint }) => hint).join()).not.toContain('xl create still starts');
    },
  );

  test.each(files.filter((name) => OUTCOMES[name]?.[0] === ''))('%s is to xl what it is here', (name) => {
    const { config } = outcomeOf(readCorpus(`${name}.cfg`), name);
    const generated = '00000000-0000-0000-0000-000000000001';
    const { kernel, ...xl } = fromLibxlJson(
      readCorpus(`${name}.xl.json`)
        .replace('"generated"', `"${generated}"`)
        .replaceAll(/("pdev_path": ")(?=[^/])/g, '$1/guests/'),
    );
    const absolute = kernel?.startsWith('/') === true ? kernel : `/guests/${kernel}`;
    const boot = xl.bootloader === undefined ? { kernel: absolute } : {};
    expect({ ...xl, ...boot }).toEqual({ uuid: generated, ...config });
  });

  test.each(files.filter((name) => OUTCOMES[name]?.[0] === ''))('%s is kept as xl keeps it', (name) => {
    const { config } = outcomeOf(readCorpus(`${name}.cfg`), name);
    const read = (json: string): Readonly<Record<string, unknown>> =>
      (JSON.parse(json) as { readonly b_info: Readonly<Record<string, unknown>> }).b_info;
    // Where a file says nothing, xl leaves out what is so by default.
    const xl = { max_vcpus: 1, avail_vcpus: [0], ...read(readCorpus(`${name}.xl.json`)) };
    const ours = read(toLibxlJson(config as NewDomainConfig));
    expect(KEPT.map((key) => [key, ours[key]])).toEqual(KEPT.map((key) => [key, xl[key as 'max_vcpus']]));
  });

  // Also of files that are refused for another key; an emulated card is none of the devices here.
  test.each(files.filter((name) => xlOn(name).starts && !/ioemu,/.test(readCorpus(`${name}.cfg`))))(
    '%s has the devices that xl makes of it',
    (name) => {
      const entries = readXl(readCorpus(`${name}.cfg`), name, new Findings());
      const devices = Object.fromEntries(
        Object.values(KEYS).flatMap(({ kind, json, xl: key }) =>
          kind === 'devices' ? [[json, entries.get(key)?.value ?? []]] : [],
        ),
      );
      const alone = JSON.stringify({ name: 'm', kernel: '/k', memory: 64, ...devices });
      const ours = JSON.parse(toLibxlJson(parseConfig(alone, name, { folder: '/guests' }))) as Devices;
      const xl = JSON.parse(
        readCorpus(`${name}.xl.json`).replaceAll(/("pdev_path": ")(?=[^/])/g, '$1/guests/'),
      ) as Devices;
      const kinds = ['disks', 'nics', 'vfbs', 'vkbs', 'channels', 'p9s'] as const;
      expect(kinds.map((kind) => ours[kind])).toEqual(kinds.map((kind) => xl[kind]));
    },
  );

  test.each(files.filter((name) => xlOn(name).starts))('%s: its hints lead to what is accepted', (name) => {
    expect(outcomeOf(followHints(readCorpus(`${name}.cfg`)).text, name).config).toBeDefined();
  });
});

describe('small mistakes', () => {
  const read = (name: string): string => readFileSync(join(CORPUS, 'faults', `${name}.cfg`), 'utf8');

  test.each([
    ['mini-01', ['4:10 memory must be a number of MiB, not "512MB"'], ['write memory = 512']],
    ['mini-02', ['4:10 memory must be a number of MiB, not "512MB"'], ['write memory = 512']],
    [
      'mini-04',
      ['5:12 on_crash "rename-restart" is not supported yet'],
      ['write "preserve" to keep it as it is then, or "restart"'],
    ],
    [
      'mini-06',
      [
        '4:8 type "hvm" is not supported yet',
        '2:7 vnc is not supported yet',
        '3:8 boot is not supported yet',
      ],
      ['write type = "pvh", and name a kernel', 'add kernel = "/boot/vmlinuz"'],
    ],
  ])('%s is refused, and its hints can be followed', (name, messages, hints) => {
    const { problems } = outcomeOf(read(name), name);
    expect(problems.map(({ message }) => message.replace(`${name}:`, '').replace(': ', ' '))).toEqual(
      messages,
    );
    expect(followHints(read(name)).hints).toEqual(hints);
  });

  test.each([
    [
      'mini-05',
      [
        '5:1 pae has no effect on a pvh domain',
        '6:1 acpi = 1 changes nothing',
        '7:1 apic has no effect on a pvh domain',
        '8:1 viridian has no effect on a pvh domain',
        '9:1 rtc_timeoffset has no effect on a pvh domain',
        '10:1 localtime has no effect on a pvh domain',
        '11:1 vnc has no effect on a pvh domain',
        '12:1 sdl has no effect on a pvh domain',
        '13:1 nestedhvm = 0 changes nothing',
      ],
    ],
    ['mini-08', ['5:1 on_xend_start is ignored, as by xl']],
    ['mini-09', ['3:10 kernel is relative to the working directory: /guests/k']],
  ])('%s is accepted with a warning for each', (name, expected) => {
    const { config, warnings } = outcomeOf(read(name), name);
    expect(config).toMatchObject({ name: 'm', type: 'pvh', memoryKib: 64 * 1024 });
    expect(warnings.map((warning) => warning.replace(`${name}:`, '').replace(': ', ' '))).toEqual(expected);
  });

  const good = 'name = "m"\ntype = "pvh"\nkernel = "/k"\n';

  test.each([
    ['extra = console=hvc0 quiet # as root', 'write "console=hvc0 quiet" in quotes'],
    ['extra = 3 console', 'write "3 console" in quotes'],
    ['on_crash = restart', 'write "restart" in quotes'],
    ['memory = 1.5G', 'write memory = 1536'],
    ['memory = 512 MB', 'write memory = 512'],
    ['maxmem = "1T"', 'write maxmem = 1048576'],
    ['memroy = 64', 'did you mean "memory"?'],
    ['builder = "generic"', 'leave builder out'],
    ['on_crash = "restart_rename"', 'write "destroy", "restart" or "preserve"'],
    ['uuid = -5', 'write "-5" in quotes'],
    ['vcpus = 2 3', 'write vcpus = 2'],
    ['maxvcpus = two', 'write maxvcpus = 1'],
    ['vcpus = "two"', 'write vcpus = 1'],
    ['memory = lots of it', 'write memory = 512'],
    ['memory =', 'write memory = 512'],
  ])('%s', (line, hint) => {
    const text = `${good}${line}\n${/mem/.test(line) ? '' : 'memory = 64\n'}`;
    expect(outcomeOf(text, 'f').problems[0]).toMatchObject({ line: 4, hint });
  });

  test.each([
    ['memory = 99999999999999', 'memory must be 16 TiB or less'],
    ['memory = 99999999999999999999', 'memory must be 16 TiB or less'],
    ['memory = 64\nvcpus = 9999999999999999', 'vcpus must be 128 or less'],
  ])('%s: the range is told', (lines, message) => {
    expect(outcomeOf(`${good}${lines}\n`, 'f').problems).toEqual([
      expect.objectContaining({ message: expect.stringContaining(message) }),
    ]);
  });

  test('a value that is missing hides nothing of the next line', () => {
    const { problems } = outcomeOf(`${good}memory =\nvcpus = 2 3\n`, 'f');
    expect(problems.map(({ line }) => line)).toEqual([4, 5]);
  });

  test.each([
    ['localtime = 1', 'localtime is ignored: the clock of the guest shows UTC'],
    ['vcpus = 2\nvcpus = 2', 'vcpus is given twice'],
    ['console = "ttyS0"', 'console is no key that xl knows, and is ignored'],
    ['boot = "c"\r\nserial = "pty"', 'lines end as those of Windows do, which xl refuses'],
    ['vif = [ ]; disk = []', undefined],
  ])('%j is accepted', (lines, warning) => {
    const { config, warnings } = outcomeOf(`${good}memory = 64\n${lines}\n`, 'f');
    expect(config).toBeDefined();
    expect(warnings[0]?.replace(/^f:\d+:\d+: /, '')).toBe(warning);
  });
});
