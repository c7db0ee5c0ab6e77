import { BWLIMIT, type CommandSpec, WAIT, type WaitInput } from '@vm-tools/cli';

export interface RestoreInput extends WaitInput {
  readonly file: readonly string[];
  readonly paused?: boolean;
  readonly name?: string;
  readonly allowKernels?: readonly string[];
  readonly allowDisks?: readonly string[];
  readonly allowBridges?: readonly string[];
  readonly allowScripts?: readonly string[];
  readonly allowBackends?: readonly string[];
  readonly allowFolders?: readonly string[];
  readonly allowListen?: readonly string[];
  readonly bwlimit?: string;
}

const listOf = (text: string): string[] => text.split(',').map((item) => item.trim());

export const command: CommandSpec = {
  name: 'vm-restore',
  summary: 'brings a saved domain back from its image file and prints its domid',
  arguments: [
    {
      name: '<file...>',
      description: 'image of vm-save or xl save; - reads stdin; several are brought back one after the other',
    },
  ],
  options: [
    { flags: '-p, --paused', description: 'leave it paused; vm-unpause resumes it' },
    { flags: '--name <name>', description: 'give it this name instead of the saved one' },
    {
      flags: '--allow-kernels <folders>',
      description:
        'folders from which its kernel and ramdisk may be taken when it reboots, besides those that are allowed to all; with commas between',
      parse: listOf,
    },
    {
      flags: '--allow-disks <folders>',
      description:
        'folders in which its disks may be, besides those that are allowed to all; with commas between',
      parse: listOf,
    },
    {
      flags: '--allow-bridges <names>',
      description: 'bridges that it may join, besides those that are allowed to all',
      parse: listOf,
    },
    {
      flags: '--allow-scripts <names>',
      description: 'hotplug scripts that it may name, besides those that are allowed to all',
      parse: listOf,
    },
    {
      flags: '--allow-backends <names>',
      description: 'driver domains that may serve it, besides those that are allowed to all',
      parse: listOf,
    },
    {
      flags: '--allow-folders <folders>',
      description:
        'folders that it may mount, or in which its channels may have sockets, besides those that are allowed to all',
      parse: listOf,
    },
    {
      flags: '--allow-listen <addresses>',
      description:
        'addresses on which its screen may wait for viewers, besides those of this host alone and those that are allowed to all',
      parse: listOf,
    },
    BWLIMIT,
    WAIT,
  ],
  examples: [
    { command: 'vm-restore web1.img', effect: 'web1 goes on where it was saved' },
    { command: 'vm-restore --paused web1.img', effect: 'it waits for vm-unpause' },
    {
      command: 'vm-restore /srv/images/*.img',
      effect: 'all of them; one that fails does not stop the others',
    },
    { command: 'zstd -dc web1.zst | vm-restore -', effect: 'from a pipe' },
  ],
};
