import {
  asBandwidth,
  asWait,
  BWLIMIT,
  type CommandSpec,
  OVERWRITE,
  WAIT,
  type WaitInput,
} from '@vm-tools/cli';

export interface SaveInput extends WaitInput {
  /** domains, and where there is no output, the folder behind them */
  readonly domain: readonly string[];
  readonly output?: string;
  readonly checkpoint?: boolean;
  readonly pause?: boolean;
  readonly overwrite?: boolean;
  readonly compress?: boolean;
  readonly bwlimit?: string;
  readonly stopAndCopyBwlimit?: string;
  readonly live: 'auto' | 'require' | 'never';
  /** milliseconds */
  readonly suspendTimeout?: number;
}

export const command: CommandSpec = {
  name: 'vm-save',
  summary: 'writes a domain to an image file and removes it from this host',
  arguments: [
    {
      name: '<domain...>',
      description:
        'name, domid or UUID; several are saved one after the other into a folder that is there, named with -o or behind them',
      completes: ['<domain>', '<file>'],
    },
  ],
  options: [
    {
      flags: '-o, --output <file>',
      description: 'the image file; - is stdout; for several domains a folder',
    },
    { flags: '-c, --checkpoint', description: 'keep the domain running afterwards', conflicts: ['pause'] },
    { flags: '-p, --pause', description: 'leave the domain here, paused, afterwards' },
    OVERWRITE,
    {
      flags: '-z, --compress',
      description: 'compress the image by zstd; vm-restore takes it as it is, xl behind zstd -d',
    },
    BWLIMIT,
    {
      flags: '--stop-and-copy-bwlimit <rate>',
      description: 'the same while a live domain is stopped for its last pages (default: off)',
      ...asBandwidth,
    },
    {
      flags: '--live <when>',
      description: 'whether the domain keeps running while its memory is written',
      choices: ['auto', 'require', 'never'],
      default: 'never',
    },
    {
      flags: '--suspend-timeout <time>',
      description: 'how long the domain may take to suspend (default: 60)',
      ...asWait,
    },
    WAIT,
  ],
  examples: [
    { command: 'vm-save web1 -o web1.img', effect: 'save web1; it is gone from this host' },
    { command: 'vm-save -c web1 -o web1.img', effect: 'save a copy; web1 goes on' },
    { command: 'vm-save web1 web2 /srv/images', effect: 'into web1.img and web2.img there' },
    { command: 'vm-save -z web1 -o web1.img.zst', effect: 'compressed' },
    { command: 'vm-save web1 -o - | ssh b vm-restore -', effect: 'to another host, without xfrd' },
  ],
  notes: [
    'The file gets its name when it is complete and on the disk. If anything fails, there is no file and the domain keeps running here.',
  ],
};
