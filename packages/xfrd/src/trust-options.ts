import { asCount, asMemoryLimit, FORM, type CommandSpec, type FormInput } from '@vm-tools/cli';
import { RANGES, sizeWords } from '@vm-tools/words';

export interface InitInput {
  readonly name?: string;
  readonly days?: number;
  readonly renew?: boolean;
  readonly newKey?: boolean;
}

export const initCommand: CommandSpec = {
  name: 'init',
  summary: 'makes the identity of this host: a key and its certificate',
  options: [
    { flags: '--name <name>', description: 'what it calls itself (default: its host name)' },
    {
      flags: '--days <count>',
      description: 'how many days the certificate is valid (default: 3650)',
      ...asCount(RANGES.days),
    },
    {
      flags: '--renew',
      description: 'make a new certificate for the key that is there; peers still trust it',
      conflicts: ['newKey'],
    },
    { flags: '--new-key', description: 'make a new key; all peers have to trust it anew' },
  ],
  examples: [{ command: 'xfrd init', effect: 'make it, and show its fingerprint' }],
  notes: [
    'It lies in /etc/vm-tools: identity.key, identity.crt. Those of a PKI may be put there instead, with its authorities in authorities.crt.\nA running xfrd reads it again at SIGHUP.',
  ],
};

export const fingerprintCommand: CommandSpec = {
  name: 'fingerprint',
  summary: 'shows the fingerprint by which peers know this host',
  examples: [{ command: 'xfrd fingerprint', effect: 'what to compare before it is trusted' }],
};

export interface TrustInput {
  readonly name: string;
  readonly at?: string;
  readonly fingerprint?: string;
  readonly certificateName?: string;
  readonly allowNames?: readonly string[];
  /** MiB */
  readonly maxMemory?: number;
  readonly maxConcurrent?: number;
  readonly allowKernels?: readonly string[];
  readonly requireKernels?: 'yes' | 'no';
  readonly allowDisks?: readonly string[];
  readonly allowBridges?: readonly string[];
  readonly allowScripts?: readonly string[];
  readonly allowBackends?: readonly string[];
  readonly allowFolders?: readonly string[];
  readonly allowListen?: readonly string[];
  readonly maxDomains?: number;
  /** MiB */
  readonly maxTotalMemory?: number;
  readonly live?: 'yes' | 'no';
  readonly maySend?: 'yes' | 'no';
  readonly mayReceive?: 'yes' | 'no';
}

const YES_NO = ['yes', 'no'];

function listOf(text: string): string[] {
  return text.split(',').map((each) => each.trim());
}

export const trustCommand: CommandSpec = {
  name: 'trust',
  summary: 'trusts another host, or changes what it may do',
  arguments: [
    { name: '<name>', description: 'its name on this host', completes: ['<peer>'] },
    {
      name: '[at]',
      description: 'the address or name at which it is called, and from which it calls: HOST or HOST:PORT',
    },
  ],
  options: [
    { flags: '--fingerprint <fingerprint>', description: 'as xfrd fingerprint prints it there' },
    {
      flags: '--certificate-name <name>',
      description: 'instead: trust any host with a certificate for this name from one of authorities.crt',
      conflicts: ['fingerprint'],
    },
    {
      flags: '--allow-names <names>',
      description: 'only these domains: names, where * stands for any letters, or UUIDs, with commas between',
      parse: listOf,
    },
    {
      flags: '--max-memory <size>',
      description: `only domains up to this size, ${sizeWords({ alone: 'MiB' })}`,
      ...asMemoryLimit,
    },
    {
      flags: '--max-concurrent <count>',
      description: 'only so many at the same time',
      ...asCount(RANGES.places),
    },
    {
      flags: '--allow-kernels <folders>',
      description:
        'folders from which the kernels and ramdisks of its domains may be taken here, with commas between (default: what /etc/vm-tools/places.json says, else /var/lib/vm-tools/kernels)',
      parse: listOf,
    },
    {
      flags: '--require-kernels <yes|no>',
      description: 'whether a domain is refused that could not be restarted here (default: yes)',
      choices: YES_NO,
    },
    {
      flags: '--allow-disks <folders>',
      description:
        'folders in which the disks of its domains may be here, with commas between (default: what /etc/vm-tools/places.json says, else /var/lib/vm-tools/disks)',
      parse: listOf,
    },
    {
      flags: '--allow-bridges <names>',
      description: 'bridges that its domains may join, with commas between (default: xenbr0)',
      parse: listOf,
    },
    {
      flags: '--allow-scripts <names>',
      description:
        'hotplug scripts that its domains may name, besides the usual ones, with commas between (default: none)',
      parse: listOf,
    },
    {
      flags: '--allow-backends <names>',
      description: 'driver domains that may serve its domains, with commas between (default: none)',
      parse: listOf,
    },
    {
      flags: '--allow-folders <folders>',
      description:
        'folders that its domains may mount here, or in which their channels may have sockets, with commas between (default: what /etc/vm-tools/places.json says, else /var/lib/vm-tools/folders)',
      parse: listOf,
    },
    {
      flags: '--allow-listen <addresses>',
      description:
        'addresses on which screens of its domains may wait for viewers here, besides those of this host alone (default: none)',
      parse: listOf,
    },
    {
      flags: '--max-domains <count>',
      description: 'only so many of its domains on this host, with those on their way',
      ...asCount(RANGES.places),
    },
    {
      flags: '--max-total-memory <size>',
      description: 'only so much memory for these together, written like that of --max-memory',
      ...asMemoryLimit,
    },
    {
      flags: '--live <yes|no>',
      description: 'whether domains may keep running while they are sent',
      choices: YES_NO,
    },
    {
      flags: '--may-send <yes|no>',
      description: 'whether it may send domains to this host',
      choices: YES_NO,
    },
    {
      flags: '--may-receive <yes|no>',
      description: 'whether this host may send domains to it',
      choices: YES_NO,
    },
  ],
  examples: [
    {
      command: 'xfrd trust b 10.0.0.2',
      effect: 'show the fingerprint of the host that answers there; nothing is trusted yet',
    },
    { command: 'xfrd trust b 10.0.0.2 --fingerprint SHA256:…', effect: 'trust it' },
    { command: "xfrd trust b --allow-names 'web-*' --max-memory 4096", effect: 'limit what it may send' },
    {
      command: 'xfrd trust b --allow-kernels /boot/guests',
      effect: 'allow kernels of its domains from that folder',
    },
  ],
  notes: [
    'What is not given stays as it is. Changes hold from the next connection and the next domain on, also in a running xfrd.',
  ],
};

export interface ForgetInput {
  readonly name: string;
}

export const forgetCommand: CommandSpec = {
  name: 'forget',
  summary: 'stops trusting a peer',
  arguments: [{ name: '<name>', description: 'as xfrd peers lists it', completes: ['<peer>'] }],
  examples: [{ command: 'xfrd forget b', effect: 'b can no longer send anything' }],
};

export type PeersInput = FormInput;

export const peersCommand: CommandSpec = {
  name: 'peers',
  summary: 'lists the trusted peers, and what they may do',
  options: [FORM],
  examples: [{ command: 'xfrd peers --json', effect: 'for a program' }],
};
