import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { fromLibxlJson, toLibxlJson } from '../image-config/index.ts';
import { Findings } from './problems/findings.ts';
import { KEYS } from './keys/keys.ts';
import { parseConfig } from './parse-config.ts';
import type { NewDomainConfig } from './schema.ts';
import { OUTCOMES } from './testing/corpus-outcomes.ts';
import { followHints } from './testing/follow-hints.ts';
import { oursOf } from './testing/xl-difference.ts';
import { readXl } from './xl/read-xl.ts';

const CORPUS = join(import.meta.dirname, '../../corpus');

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

/** The part of libxl's JSON about devices. */
interface Devices {
  readonly disks?: readonly object[];
  readonly nics?: readonly object[];
  readonly vfbs?: readonly object[];
  readonly vkbs?: readonly object[];
  readonly channels?: readonly object[];
  readonly p9s?: readonly object[];
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
    const { problems, warnings } = oursOf(readCorpus(`${name}.cfg`), name);
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
      const { config, problems } = oursOf(readCorpus(`${name}.cfg`), name);
      const { line } = xlOn(name);
      expect(config).toBeUndefined();
      if (line !== undefined) expect(problems.map((problem) => problem.line)).toContain(line);
      expect(problems.map(({ hint }) => hint).join()).not.toContain('xl create still starts');
    },
  );

  test.each(files.filter((name) => OUTCOMES[name]?.[0] === ''))('%s is to xl what it is here', (name) => {
    const { config } = oursOf(readCorpus(`${name}.cfg`), name);
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
    const { config } = oursOf(readCorpus(`${name}.cfg`), name);
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
    expect(oursOf(followHints(readCorpus(`${name}.cfg`)).text, name).config).toBeDefined();
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
    const { problems } = oursOf(read(name), name);
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
        '6:1 acpi has no effect on a pvh domain',
        '7:1 apic has no effect on a pvh domain',
        '8:1 viridian has no effect on a pvh domain',
        '9:1 rtc_timeoffset has no effect on a pvh domain',
        '10:1 localtime has no effect on a pvh domain',
        '11:1 vnc has no effect on a pvh domain',
        '12:1 sdl has no effect on a pvh domain',
      ],
    ],
    ['mini-08', ['5:1 on_xend_start is ignored, as by xl']],
    ['mini-09', ['3:10 kernel is relative to the working directory: /guests/k']],
  ])('%s is accepted with a warning for each', (name, expected) => {
    const { config, warnings } = oursOf(read(name), name);
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
    ['nomigrate = True', 'write nomigrate = 1'],
    ['nestedhvm = "off"', 'write nestedhvm = 0'],
    ['cap = none', 'write cap = 1'],
    ['memory = lots of it', 'write memory = 512'],
    ['memory =', 'write memory = 512'],
  ])('%s', (line, hint) => {
    const text = `${good}${line}\n${/mem/.test(line) ? '' : 'memory = 64\n'}`;
    expect(oursOf(text, 'f').problems[0]).toMatchObject({ line: 4, hint });
  });

  test.each([
    ['memory = 99999999999999', 'memory must be 16 TiB or less'],
    ['memory = 99999999999999999999', 'memory must be 16 TiB or less'],
    ['memory = 64\nvcpus = 9999999999999999', 'vcpus must be 128 or less'],
  ])('%s: the range is told', (lines, message) => {
    expect(oursOf(`${good}${lines}\n`, 'f').problems).toEqual([
      expect.objectContaining({ message: expect.stringContaining(message) }),
    ]);
  });

  test('a value that is missing hides nothing of the next line', () => {
    const { problems } = oursOf(`${good}memory =\nvcpus = 2 3\n`, 'f');
    expect(problems.map(({ line }) => line)).toEqual([4, 5]);
  });

  test.each([
    ['localtime = 1', 'localtime is ignored: the clock of the guest shows UTC'],
    ['vcpus = 2\nvcpus = 2', 'vcpus is given twice'],
    ['console = "ttyS0"', 'console is no key that xl knows, and is ignored'],
    ['boot = "c"\r\nserial = "pty"', 'lines end as those of Windows do, which xl refuses'],
    ['vif = [ ]; disk = []', undefined],
  ])('%j is accepted', (lines, warning) => {
    const { config, warnings } = oursOf(`${good}memory = 64\n${lines}\n`, 'f');
    expect(config).toBeDefined();
    expect(warnings[0]?.replace(/^f:\d+:\d+: /, '')).toBe(warning);
  });
});
