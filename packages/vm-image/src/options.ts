import { BWLIMIT, OVERWRITE, type CommandSpec } from '@vm-tools/cli';
import type { PfnRange } from '@vm-tools/xen-stream';
import { parseGfns } from './parse-gfns.ts';

export interface InfoInput {
  readonly file: readonly string[];
  readonly config?: boolean;
  readonly pages?: boolean;
}

export interface VerifyInput {
  readonly file: readonly string[];
}

export interface ConvertInput {
  readonly file: string;
  readonly output: string;
  readonly compress?: boolean;
  readonly overwrite?: boolean;
  readonly bwlimit?: string;
}

export interface ExtractInput {
  readonly file: string;
  readonly gfn?: PfnRange;
  readonly all?: boolean;
  readonly output?: string;
  readonly sparse?: boolean;
  readonly overwrite?: boolean;
}

const FILES = 'image of vm-save or xl save, compressed by zstd or not; - reads stdin';

export const command: CommandSpec = {
  name: 'vm-image',
  summary:
    'tells what is in images of domains, checks, compresses and expands them, and takes pages out of them; it needs no Xen',
  examples: [
    { command: 'vm-image info web1.img', effect: 'which domain it is, and what of it is there' },
    { command: 'vm-image info web1.img --config', effect: 'its configuration, as JSON' },
    { command: 'vm-image verify /srv/images/*', effect: 'read all of each; status 0 when all are sound' },
    {
      command: 'vm-image convert web1.img -o web1.img.zst',
      effect: 'compress it, or expand a compressed one',
    },
  ],
};

export const infoCommand: CommandSpec = {
  name: 'info',
  summary: 'tells what is in images: the domain, who wrote it, its records and pages, whether it is whole',
  arguments: [{ name: '<file...>', description: FILES }],
  options: [
    {
      flags: '--config',
      description: 'print the configuration in it as JSON, as vm-create takes it; nothing else is looked at',
      conflicts: ['pages'],
    },
    { flags: '--pages', description: 'read all pages, and count those that are zeros' },
  ],
  examples: [
    { command: 'vm-image info web1.img', effect: 'without reading its pages' },
    { command: 'vm-image info web1.img.zst --pages', effect: 'how much of its memory is zeros' },
    { command: 'vm-image info web1.img --config > web1.json', effect: 'for vm-create' },
    { command: 'vm-image info *.img --json | jq -r ".[].name"', effect: 'for a program' },
  ],
  notes: [
    'Of an image that is damaged or cut off it tells what is there, with the reason, and ends with status 10.',
    'A file is not read as a whole, but for --pages: only its headers, and where it is compressed by vm-save the parts that hold them. What comes from a pipe is read to its end.',
  ],
};

export const verifyCommand: CommandSpec = {
  name: 'verify',
  summary: 'reads all of images, and tells whether each is sound, or what is wrong and where',
  arguments: [{ name: '<file...>', description: FILES }],
  examples: [
    { command: 'vm-image verify web1.img', effect: 'status 0 when it is sound, or else 1' },
    { command: 'vm-image verify /srv/images/*', effect: 'all of them; one that is damaged does not stop it' },
    { command: 'ssh b cat web1.img | vm-image verify -', effect: 'from a pipe' },
  ],
  notes: [
    'It checks what vm-restore does: each record, its place and its length, that all are there, and the checksums of what is compressed. What the pages of a guest contain has no checksum but that.',
  ],
};

export const convertCommand: CommandSpec = {
  name: 'convert',
  summary: 'copies an image, compressed by zstd or expanded, and checks it meanwhile',
  arguments: [{ name: '<file>', description: FILES }],
  options: [
    { flags: '-o, --output <file>', description: 'the copy; - is stdout', mandatory: true },
    { flags: '-z, --compress', description: 'compress it; the default for one that is not compressed' },
    { flags: '--no-compress', description: 'expand it, for xl; the default for one that is compressed' },
    OVERWRITE,
    BWLIMIT,
  ],
  examples: [
    {
      command: 'vm-image convert web1.img -o web1.img.zst',
      effect: 'compressed; vm-restore takes it as it is',
    },
    { command: 'vm-image convert web1.img.zst -o web1.img', effect: 'for xl restore' },
    { command: 'vm-image convert web1.img -o web1.img -z --overwrite', effect: 'in its own place' },
    { command: 'ssh b cat web1.img | vm-image convert - -o web1.img.zst', effect: 'from a pipe' },
  ],
  notes: [
    'It checks what verify does. The copy gets its name when it is complete and on the disk; of an image that is not sound there is none. In an expanded one pages of zeros are holes.',
    'Bytes behind the end of an image are left out, with a warning.',
  ],
};

export const extractCommand: CommandSpec = {
  name: 'extract',
  summary: 'takes the memory of a domain out of an image, by page',
  arguments: [{ name: '<file>', description: FILES }],
  options: [
    {
      flags: '--gfn <range>',
      description:
        'pages of 4 KiB by their numbers in the guest: 0x1000, or the first and the last, 0x1000-0x10ff',
      parse: parseGfns,
      conflicts: ['all'],
    },
    { flags: '--all', description: 'all pages, each at its address in the guest' },
    {
      flags: '-o, --output <file>',
      description: 'where they go; - is stdout, for up to 64 MiB (default: -)',
    },
    { flags: '--sparse', description: 'holes for pages that the domain does not have' },
    OVERWRITE,
  ],
  examples: [
    { command: 'vm-image extract web1.img --gfn 0x1000 | xxd', effect: 'one page' },
    { command: 'vm-image extract web1.img --gfn 0-0xff -o low.bin', effect: 'the first MiB' },
    { command: 'vm-image extract web1.img.zst --all -o web1.mem', effect: 'all of its memory, with holes' },
  ],
  notes: [
    'Of a page that a live save has sent several times it is the last one. All records are checked, as info does it; a file is made only when they are sound.',
    'The pages of a PV guest have the numbers that it knows itself (pfn).',
  ],
};
