import { BWLIMIT, type CommandSpec, OVERWRITE, WAIT, type WaitInput } from '@vm-tools/cli';

export interface DumpInput extends WaitInput {
  /** domains, and behind them the file or folder */
  readonly domain: readonly string[];
  readonly live?: boolean;
  readonly overwrite?: boolean;
  readonly bwlimit?: string;
}

export const command: CommandSpec = {
  name: 'vm-dump',
  summary: 'writes a core of a domain to a file, as xl dump-core does: its memory and its registers',
  arguments: [
    {
      name: '<domain...>',
      description:
        'name, domid or UUID; behind it the file, or a folder that is there, or - for stdout; several domains go into a folder, one after the other',
      completes: ['<domain>', '<file>'],
    },
  ],
  options: [
    { flags: '--live', description: 'let the domain run meanwhile; its pages are of different moments then' },
    OVERWRITE,
    BWLIMIT,
    WAIT,
  ],
  examples: [
    { command: 'vm-dump web1 web1.core', effect: 'web1 stands still meanwhile, and goes on' },
    { command: 'vm-dump --live web1 web1.core', effect: 'it runs on' },
    { command: 'vm-dump web1 web2 /var/crash', effect: 'web1.core and web2.core in that folder' },
    { command: 'vm-dump web1 - | zstd >web1.core.zst', effect: 'into a pipe' },
  ],
  notes: [
    'The file gets its name when it is complete and on the disk. A core is for crash and gdbsx: no domain can be restored from it.',
  ],
};
