import { asCount, type CommandSpec } from '@vm-tools/cli';
import { RANGES } from '@vm-tools/words';

export interface InitInput {
  readonly name?: string;
  readonly days?: number;
  readonly renew?: boolean;
  readonly newKey?: boolean;
}

export const initCommand: CommandSpec = {
  name: 'init',
  summary: 'makes the identity of this host: a key, and a certificate around it',
  options: [
    { flags: '--name <name>', description: 'what it calls itself (default: its host name)' },
    {
      flags: '--days <count>',
      description: 'how long the certificate holds (default: 3650)',
      ...asCount(RANGES.days),
    },
    {
      flags: '--renew',
      description: 'a new certificate for the key that is there, which peers go on to trust',
      conflicts: ['newKey'],
    },
    { flags: '--new-key', description: 'a new key: all peers have to trust it anew' },
  ],
  examples: [{ command: 'xfrd init', effect: 'make it, and show its fingerprint' }],
  notes: [
    'It lies in /etc/vm-tools: identity.key, identity.crt. Those of a PKI may be put there instead, with its authorities in authorities.crt.\nAn xfrd that runs reads it again at SIGHUP.',
  ],
};

export const fingerprintCommand: CommandSpec = {
  name: 'fingerprint',
  summary: 'shows by what others know this host',
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
  summary: 'makes another host known here, or changes what it may do',
  arguments: [
    { name: '<name>', description: 'what it is to be called here' },
    { name: '[at]', description: 'by which address or name it is called, and calls: HOST or HOST:PORT' },
  ],
  options: [
    { flags: '--fingerprint <fingerprint>', description: 'what xfrd fingerprint shows there' },
    {
      flags: '--certificate-name <name>',
      description: 'instead: whoever has a certificate for this name from one of authorities.crt',
      conflicts: ['fingerprint'],
    },
    {
      flags: '--allow-names <names>',
      description: 'only these domains: names, where * stands for any letters, or UUIDs, with commas between',
      parse: listOf,
    },
    {
      flags: '--max-memory <MiB>',
      description: 'only domains up to this size',
      ...asCount(RANGES.memoryMib),
    },
    {
      flags: '--max-concurrent <count>',
      description: 'only so many at the same time',
      ...asCount(RANGES.places),
    },
    {
      flags: '--allow-kernels <folders>',
      description:
        'from where the kernels and ramdisks of its domains may be taken here, with commas between (default: what /etc/vm-tools/places.json says, else /var/lib/vm-tools/kernels)',
      parse: listOf,
    },
    {
      flags: '--require-kernels <yes|no>',
      description: 'whether a domain is refused that could not be restarted here (default: yes)',
      choices: YES_NO,
    },
    {
      flags: '--max-domains <count>',
      description: 'only so many of its domains on this host, with those on their way',
      ...asCount(RANGES.places),
    },
    {
      flags: '--max-total-memory <MiB>',
      description: 'only so much memory for these together',
      ...asCount(RANGES.memoryMib),
    },
    {
      flags: '--live <yes|no>',
      description: 'whether domains may run on while they are sent',
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
    { command: 'xfrd trust b 10.0.0.2', effect: 'show who answers there; nothing is trusted yet' },
    { command: 'xfrd trust b 10.0.0.2 --fingerprint SHA256:…', effect: 'trust it' },
    { command: "xfrd trust b --allow-names 'web-*' --max-memory 4096", effect: 'limit what it may send' },
    { command: 'xfrd trust b --allow-kernels /boot/guests', effect: 'where kernels of its domains lie here' },
  ],
  notes: [
    'What is not given stays as it is. It holds from the next connection and the next domain on, also in an xfrd that runs.',
  ],
};

export interface ForgetInput {
  readonly name: string;
}

export const forgetCommand: CommandSpec = {
  name: 'forget',
  summary: 'trusts a peer no longer',
  arguments: [{ name: '<name>', description: 'as xfrd peers lists it' }],
  examples: [{ command: 'xfrd forget b', effect: 'b can send nothing any more' }],
};

export const peersCommand: CommandSpec = {
  name: 'peers',
  summary: 'lists the peers that are trusted, and what they may do',
  examples: [{ command: 'xfrd peers --json', effect: 'for a program' }],
};
