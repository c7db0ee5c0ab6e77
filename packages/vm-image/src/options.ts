import type { CommandSpec } from '@vm-tools/cli';

export interface InfoInput {
  readonly file: readonly string[];
  readonly config?: boolean;
  readonly pages?: boolean;
}

export interface VerifyInput {
  readonly file: readonly string[];
}

const FILES = 'image of vm-save or xl save, compressed by zstd or not; - reads stdin';

export const command: CommandSpec = {
  name: 'vm-image',
  summary: 'tells what is in images of domains, and checks them; it needs no Xen',
  examples: [
    { command: 'vm-image info web1.img', effect: 'which domain it is, and what of it is there' },
    { command: 'vm-image info web1.img --config', effect: 'its configuration, as JSON' },
    { command: 'vm-image verify /srv/images/*', effect: 'read all of each; status 0 when all are sound' },
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
