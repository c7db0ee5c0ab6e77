import * as z from 'zod';
import { DOMAIN_TYPES } from '../../types/domain-type.ts';
import { channelSchema } from '../devices/channel.ts';
import { diskSchema } from '../devices/disk.ts';
import { framebufferSchema } from '../devices/framebuffer.ts';
import { networkSchema } from '../devices/network.ts';
import { shareSchema } from '../devices/share.ts';
import type { Key } from './key.ts';
import {
  cap,
  cpuWeight,
  devices,
  line,
  memoryKib,
  name,
  path,
  processors,
  program,
  shutdownAction,
  uuid,
  vcpus,
  words,
} from './values.ts';

const TYPES = DOMAIN_TYPES.map((type) => `"${type}"`).join(' or ');

/** All fields of a configuration: every reader, writer and check of one goes by this table. */
export const KEYS = {
  name: {
    json: 'name',
    xl: 'name',
    libxl: 'c_info.name',
    kind: 'text',
    schema: name,
    about: 'the name of the domain; no number, no UUID, no slash',
  },
  uuid: {
    json: 'uuid',
    xl: 'uuid',
    libxl: 'c_info.uuid',
    kind: 'text',
    /** lower case; made up when the domain is created if absent */
    schema: z.exactOptional(uuid),
    about: 'its UUID; made up if absent',
  },
  type: {
    json: 'type',
    xl: 'type',
    libxl: 'c_info.type',
    kind: 'text',
    schema: z.enum(DOMAIN_TYPES, `must be ${TYPES}`).default('pv'),
    about: `${TYPES}; "pv" if absent, as in xl`,
  },
  kernel: {
    json: 'kernel',
    xl: 'kernel',
    libxl: 'b_info.kernel',
    kind: 'path',
    schema: z.exactOptional(path),
    about: 'path of its kernel in the control domain; with a bootloader, one on its first disk',
  },
  ramdisk: {
    json: 'ramdisk',
    xl: 'ramdisk',
    libxl: 'b_info.ramdisk',
    kind: 'path',
    schema: z.exactOptional(path),
    about: 'path of its initial ramdisk, in the same place',
  },
  bootloader: {
    json: 'bootloader',
    xl: 'bootloader',
    libxl: 'b_info.bootloader',
    kind: 'text',
    schema: z.exactOptional(program),
    about: 'a program that takes its kernel from its first disk, each time that it starts: "pygrub"',
  },
  bootloaderArgs: {
    json: 'bootloaderArgs',
    xl: 'bootloader_args',
    libxl: 'b_info.bootloader_args',
    kind: 'words',
    schema: z.exactOptional(words),
    about: 'further arguments of that program, a list',
  },
  cmdline: {
    json: 'cmdline',
    xl: 'cmdline',
    libxl: 'b_info.cmdline',
    kind: 'text',
    schema: line.default(''),
    about: 'command line of the kernel; in xl.cfg also root and extra',
  },
  memoryKib: {
    json: 'memory',
    xl: 'memory',
    libxl: 'b_info.target_memkb',
    kind: 'memory',
    /** what the guest starts with */
    schema: memoryKib,
    about: 'what it starts with, in MiB; in JSON also "512MiB" or "2GiB"',
  },
  maxMemoryKib: {
    json: 'maxMemory',
    xl: 'maxmem',
    libxl: 'b_info.max_memkb',
    kind: 'memory',
    /** what it may be given later; as much as memoryKib if absent */
    schema: z.exactOptional(memoryKib),
    about: 'what it may be given later; as much as memory if absent',
  },
  vcpus: {
    json: 'vcpus',
    xl: 'vcpus',
    libxl: 'b_info.avail_vcpus',
    kind: 'count',
    /** those that it is asked to use when it starts */
    schema: vcpus.default(1),
    about: 'number of its virtual processors when it starts, 1 to 128; 1 if absent',
  },
  maxVcpus: {
    json: 'maxVcpus',
    xl: 'maxvcpus',
    libxl: 'b_info.max_vcpus',
    kind: 'count',
    /** all that it has; as many as vcpus if absent */
    schema: z.exactOptional(vcpus),
    about: 'how many of them it may be asked to use later; as many as vcpus if absent',
  },
  cpus: {
    json: 'cpus',
    xl: 'cpus',
    libxl: 'b_info.vcpu_hard_affinity',
    kind: 'processors',
    /** by vCPU; an empty list is all */
    schema: z.exactOptional(processors),
    about: 'processors of the host on which it may run: "0-3,^1" for all vCPUs, or a list with one for each',
  },
  cpusSoft: {
    json: 'cpusSoft',
    xl: 'cpus_soft',
    libxl: 'b_info.vcpu_soft_affinity',
    kind: 'processors',
    schema: z.exactOptional(processors),
    about: 'those on which it runs rather than on others, likewise',
  },
  cpuWeight: {
    json: 'cpuWeight',
    xl: 'cpu_weight',
    libxl: 'b_info.sched_params.weight',
    kind: 'count',
    schema: z.exactOptional(cpuWeight),
    about: 'its share of processor time beside others, 1 to 65535; 256 if absent',
  },
  cap: {
    json: 'cap',
    xl: 'cap',
    libxl: 'b_info.sched_params.cap',
    kind: 'count',
    schema: z.exactOptional(cap),
    about: 'how much of one processor it may use, in percent, all its vCPUs together; 0, no limit, if absent',
  },
  onPoweroff: {
    json: 'onPoweroff',
    xl: 'on_poweroff',
    libxl: 'on_poweroff',
    kind: 'action',
    schema: shutdownAction.default('destroy'),
    about: 'when it powers off: "destroy", "restart" or "preserve"; "destroy" if absent',
  },
  onReboot: {
    json: 'onReboot',
    xl: 'on_reboot',
    libxl: 'on_reboot',
    kind: 'action',
    schema: shutdownAction.default('restart'),
    about: 'when it reboots; "restart" if absent',
  },
  onCrash: {
    json: 'onCrash',
    xl: 'on_crash',
    libxl: 'on_crash',
    kind: 'action',
    schema: shutdownAction.default('destroy'),
    about: 'when it crashes; "destroy" if absent',
  },
  disks: {
    json: 'disks',
    xl: 'disk',
    libxl: 'disks',
    kind: 'devices',
    schema: devices(diskSchema),
    about: 'its disks; in JSON objects, or strings as in xl.cfg',
  },
  networks: {
    json: 'networks',
    xl: 'vif',
    libxl: 'nics',
    kind: 'devices',
    schema: devices(networkSchema),
    about: 'its network devices; in JSON objects, or strings as in xl.cfg',
  },
  framebuffers: {
    json: 'framebuffers',
    xl: 'vfb',
    libxl: 'vfbs',
    kind: 'devices',
    schema: devices(framebufferSchema),
    about: 'its screens, each with keyboard and mouse, seen by VNC; in JSON objects, or strings as in xl.cfg',
  },
  channels: {
    json: 'channels',
    xl: 'channel',
    libxl: 'channels',
    kind: 'devices',
    schema: devices(channelSchema),
    about: 'its lines to programs in dom0: terminals or sockets; in JSON objects, or strings as in xl.cfg',
  },
  shares: {
    json: 'shares',
    xl: 'p9',
    libxl: 'p9s',
    kind: 'devices',
    schema: devices(shareSchema),
    about: 'folders of the host that it can mount (9pfs); in JSON objects, or strings as in xl.cfg',
  },
} as const satisfies Readonly<Record<string, Key>>;

export type Field = keyof typeof KEYS;

/** Names of all fields, in the order in which they are written. */
export const FIELDS = Object.keys(KEYS) as Field[];
