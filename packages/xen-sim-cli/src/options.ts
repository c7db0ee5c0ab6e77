import { asCount, asWait, FORM, type CommandSpec, type FormInput } from '@vm-tools/cli';
import { RANGES, sizeWords } from '@vm-tools/words';
import { parseSize } from '@vm-tools/xen-sim/quantity';
import { xenVersionOf } from './xen-version.ts';

export interface StartInput {
  readonly name: string;
  readonly memory: string;
  readonly cpus: number;
  readonly seed: number;
  /** "4.20.4" */
  readonly xen: string;
  readonly withoutCpuFeatures?: readonly string[];
  readonly scenario?: string;
  readonly foreground?: boolean;
}

export interface StopInput {
  readonly name?: string;
  readonly all?: boolean;
}

export interface FaultInput {
  readonly name: string;
  readonly call?: string;
  readonly domid?: number;
  readonly nth?: number;
  readonly times?: number;
  readonly errno?: string;
  /** milliseconds */
  readonly delay?: number;
  readonly hang?: true;
  /** bytes */
  readonly at?: number;
  readonly clear?: boolean;
}

export interface GuestInput {
  readonly name: string;
  readonly domain: string;
  readonly dirty?: string;
  readonly set?: string;
  readonly locality?: string;
  readonly entropy?: string;
  readonly suspend?: string;
  readonly shutdown?: string;
  readonly devices?: string;
  readonly precopy?: string;
}

const SMALLEST_HOST = 64 * 2 ** 20;

const NAME = { name: '<name>', description: 'the simulated host: a for --host sim:a' };

export const command: CommandSpec = {
  name: 'xen-sim',
  summary: 'runs simulated Xen hosts, which every tool can act on with --host sim:NAME',
  examples: [
    { command: 'xen-sim start a', effect: 'a host that runs until xen-sim stop a' },
    { command: 'export VM_TOOLS_HOST=sim:a', effect: 'act on it' },
    { command: 'xen-sim fault a --call domainBuild --errno ENOMEM', effect: 'make the next creation fail' },
    { command: 'xen-sim guest a web1 --dirty 50M/s', effect: 'let a guest write faster' },
  ],
  notes: [
    'Guests say in their cmdline what they do, e.g. "sim.dirty=20M/s sim.set=64M"; the kernel is the one that xen-sim start names, or any other. XENSTORED_PATH=FOLDER/NAME/xenstored.sock serves xenstore-ls.',
  ],
};

export const startCommand: CommandSpec = {
  name: 'start',
  summary: 'starts a host in the background',
  arguments: [NAME],
  options: [
    {
      flags: '--memory <size>',
      description: `of the host, ${sizeWords({ alone: 'bytes' })}`,
      default: '64G',
      parse: checkSize,
    },
    { flags: '--cpus <count>', description: 'of the host', default: 16, ...asCount(RANGES.cpus) },
    {
      flags: '--seed <number>',
      description: 'seed of the random behaviour of guests',
      default: 1,
      ...asCount(RANGES.seed),
    },
    {
      flags: '--xen <version>',
      description: 'of its Xen: 4.20.4',
      default: '4.17.7',
      parse: checkXenVersion,
    },
    {
      flags: '--without-cpu-features <names>',
      description: 'what its processors lack: aesni,avx',
      parse: (text) => text.split(','),
    },
    {
      flags: '--scenario <file>',
      description: 'JSON: how guests behave, which calls fail, which bridges and disks there are',
    },
    { flags: '--foreground', description: 'stay in the foreground until a signal comes' },
  ],
  examples: [
    { command: 'xen-sim start a', effect: 'a host of 64 GiB' },
    { command: 'xen-sim start b --memory 1T --cpus 64', effect: 'a large one' },
    { command: 'xen-sim start c --scenario web.json', effect: 'with guests and faults as in web.json' },
  ],
  notes: [
    'A scenario: {"guests": {"web*": {"dirty": "20M/s", "suspend": "slow:3s"}},\n             "faults": [{"call": "domainSave", "nth": 2, "errno": "EIO"}],\n             "bridges": ["xenbr0"], "disks": {"/dev/vg/web": "10G"}}',
  ],
};

export const stopCommand: CommandSpec = {
  name: 'stop',
  summary: 'ends a host with all its domains, and removes its files',
  arguments: [{ ...NAME, name: '[name]' }],
  options: [{ flags: '--all', description: 'end all hosts of this user' }],
  examples: [
    { command: 'xen-sim stop a', effect: 'end host a' },
    { command: 'xen-sim stop --all', effect: 'end all of them' },
  ],
};

export type ListInput = FormInput;

export const listCommand: CommandSpec = {
  name: 'list',
  summary: 'lists the hosts of this user',
  options: [FORM],
  examples: [
    { command: 'xen-sim list', effect: 'names, memory, domains' },
    { command: 'xen-sim list -o wide', effect: 'also their processes and folders' },
  ],
};

export const faultCommand: CommandSpec = {
  name: 'fault',
  summary: 'makes calls to a host fail, wait or hang; without options it lists the faults that were set',
  arguments: [NAME],
  options: [
    {
      flags: '--call <name>',
      description: 'domainPause, xenstore.write, dom0.runScript, …, or a pattern such as domain*',
    },
    { flags: '--domid <domid>', description: 'only for this domain', ...asCount(RANGES.domid) },
    { flags: '--nth <n>', description: 'the n-th call from now on (default: 1)', ...asCount(RANGES.times) },
    {
      flags: '--times <n>',
      description: 'how many calls from that one on (default: 1)',
      ...asCount(RANGES.times),
    },
    { flags: '--errno <errno>', description: 'what it fails with: ENOMEM' },
    { flags: '--delay <time>', description: 'how long it takes', ...asWait },
    { flags: '--hang', description: 'the call does not return until --clear' },
    {
      flags: '--at <bytes>',
      description: 'fail when so much of the stream has passed',
      ...asCount(RANGES.bytes),
    },
    { flags: '--clear', description: 'let everything succeed again', conflicts: ['call'] },
  ],
  examples: [
    {
      command: 'xen-sim fault a --call domainBuild --errno ENOMEM',
      effect: 'the next domain cannot be built',
    },
    {
      command: 'xen-sim fault a --call xenstore.write --nth 3 --delay 5',
      effect: 'the third write takes 5 s',
    },
    {
      command: 'xen-sim fault a --call domainSave --at 1000000 --errno EIO',
      effect: 'a save fails on its way',
    },
    { command: 'xen-sim fault a --clear', effect: 'remove all faults' },
  ],
};

export const guestCommand: CommandSpec = {
  name: 'guest',
  summary: 'shows what a simulated guest does, and changes it',
  arguments: [NAME, { name: '<domain>', description: 'name or domid' }],
  options: [
    { flags: '--dirty <rate>', description: 'how fast it writes its memory: 50M/s, off' },
    { flags: '--set <size>', description: `how much of it, over and over, ${sizeWords({ alone: 'bytes' })}` },
    { flags: '--locality <share>', description: 'share of the writes that go to an eighth of that: 0.8' },
    { flags: '--entropy <kind>', description: 'what it writes', choices: ['zero', 'text', 'random'] },
    { flags: '--suspend <manner>', description: 'polite, silent, rude, slow:3s, late:3s' },
    { flags: '--shutdown <manner>', description: 'the same for poweroff and reboot' },
    {
      flags: '--devices <manner>',
      description: 'how it connects devices and lets go of them: polite, rude, slow:3s',
    },
    {
      flags: '--precopy <end>',
      description: 'how it ends while it is moved',
      choices: ['crash', 'reboot', 'poweroff'],
    },
  ],
  examples: [
    { command: 'xen-sim guest a web1', effect: 'ticks, writes, how long it stood still' },
    { command: 'xen-sim guest a web1 --dirty 50M/s --set 256M', effect: 'make its migration hard' },
  ],
};

/** The host reads it again. */
function checkSize(text: string): string {
  if (parseSize(text) >= SMALLEST_HOST) return text;
  throw new TypeError('a host needs 64M at least');
}

function checkXenVersion(text: string): string {
  xenVersionOf(text);
  return text;
}
