import { VmToolsError } from '@vm-tools/errors';
import * as z from 'zod';
import type { DomainConfig, ShutdownAction } from '../config/index.ts';
import { KEYS } from '../config/keys/keys.ts';
import type { DeviceField } from '../config/read-devices.ts';
import { nameFault } from '../config/keys/name-fault.ts';
import { MAX_MEMORY_KIB, MAX_PATH_BYTES, MAX_VCPUS } from '../config/keys/values.ts';
import { isDomainType, type DomainType } from '../types/domain-type.ts';
import { formatCpuid } from '../cpu/cpuid-text.ts';
import { fromLibxlChanges, fromLibxlCpuid } from './cpuid.ts';
import { libxlChannel } from './devices/channel.ts';
import { libxlDisk } from './devices/disk.ts';
import { fromLibxlDevices } from './devices/from-libxl-devices.ts';
import { libxlNic } from './devices/nic.ts';
import { libxlP9 } from './devices/p9.ts';
import { libxlVfb, libxlVkb } from './devices/vfb.ts';
import { readOptions } from './options.ts';
import { parseLibxl } from './parse-libxl.ts';
import { readScheduling, readShares } from './scheduling.ts';
import { actionOf } from './shutdown-actions.ts';

/** Arrays of libxl_domain_config, each of one kind of device that there is not here, and what people call them. */
const DEVICES: Readonly<Record<string, string>> = {
  pcidevs: 'PCI devices',
  rdms: 'reserved device memory',
  dtdevs: 'device tree devices',
  vtpms: 'TPMs',
  pvcallsifs: 'PV calls interfaces',
  vdispls: 'displays',
  vsnds: 'sound cards',
  usbctrls: 'USB controllers',
  usbdevs: 'USB devices',
};

/** Arrays that become fields of a DomainConfig. */
const OWN_DEVICES: readonly string[] = [
  KEYS.disks.libxl,
  KEYS.networks.libxl,
  KEYS.framebuffers.libxl,
  'vkbs', // with their screens
  KEYS.channels.libxl,
  KEYS.shares.libxl,
];

/** Where the folders of libxl's bootloaders are. */
const FETCHED = /^(?:\/var)?\/run\/|^\/var\/lib\/xen\//;

const count = z.int().min(0);
const defbool = z.string().optional();
/** A C string of libxl. */
const text = z.string().refine((value) => !value.includes('\0'), 'must not contain NUL');
const action = z.string().default('destroy');

/**
 * The fields of a DomainConfig, and those that it could not represent; libxl writes much more. It leaves out whatever
 * has its default: `xl create` with no vcpus at all leads to no max_vcpus.
 */
const libxlSchema = z.looseObject({
  c_info: z.looseObject({ type: z.string(), name: text.optional(), uuid: z.guid().optional() }),
  b_info: z.looseObject({
    max_vcpus: count.min(1).default(1),
    max_memkb: count,
    target_memkb: count.min(1),
    kernel: text.optional(),
    ramdisk: text.optional(),
    cmdline: text.optional(),
    bootloader: text.optional(),
    bootloader_args: z.array(text).optional(),
    vnuma_nodes: z.array(z.unknown()).optional(),
    'type.pvh': z.looseObject({ pvshim: defbool }).optional(),
  }),
  disks: z.array(libxlDisk).default([]),
  nics: z.array(libxlNic).default([]),
  vfbs: z.array(libxlVfb).default([]),
  vkbs: z.array(libxlVkb).default([]),
  channels: z.array(libxlChannel).default([]),
  p9s: z.array(libxlP9).default([]),
  on_poweroff: action,
  on_reboot: action,
  on_crash: action,
  on_watchdog: action,
  on_soft_reset: action,
});

type LibxlConfig = z.output<typeof libxlSchema>;

/** The differences of a configuration that is read from libxl's JSON. */
export interface FromLibxlJsonOptions {
  /** Instead of the name in it, which may then be one that is not possible here, or absent. */
  readonly name?: string;
  /** Its name may be any: that of a domain which is here already. @default false */
  readonly isHere?: boolean;
}

/**
 * Reads libxl's JSON, as xl writes it into images and into the userdata of domains. Keys that mean nothing to these
 * tools are ignored; what they cannot restore faithfully is refused. What only a new start would need, such as a
 * kernel that can be found, is not asked for.
 *
 * @throws VmToolsError IMAGE_UNSUPPORTED (kind usage): HVM, devices, or another thing that xl can and we cannot;
 *   IMAGE_CONFIG_CORRUPT (kind corrupt): not the JSON of a domain. `details.why` is the clause that says it
 */
export function fromLibxlJson(json: string, options: FromLibxlJsonOptions = {}): DomainConfig {
  const libxl = parseLibxl(libxlSchema, json);
  const { c_info: create, b_info: build } = libxl;
  const type = readType(create.type);
  refuseUnsupported(libxl);
  const uuid = create.uuid?.toLowerCase();
  const { kernel, ramdisk } = filesOf(build);
  return {
    name: options.name ?? readName(create.name, uuid, options.isHere),
    ...(uuid === undefined ? {} : { uuid }),
    type,
    ...(kernel === undefined ? {} : { kernel }),
    ...(ramdisk === undefined ? {} : { ramdisk }),
    ...(build.bootloader === undefined ? {} : { bootloader: build.bootloader }),
    ...(build.bootloader_args === undefined ? {} : { bootloaderArgs: build.bootloader_args }),
    cmdline: build.cmdline ?? '',
    memoryKib: build.target_memkb,
    // libxl does not mind a target above the maximum; the guest has its target then.
    maxMemoryKib: Math.max(build.target_memkb, build.max_memkb),
    ...processorsOf(json, build.max_vcpus),
    onPoweroff: readAction('on_poweroff', libxl.on_poweroff),
    onReboot: readAction('on_reboot', libxl.on_reboot),
    onCrash: readAction('on_crash', libxl.on_crash),
    onWatchdog: readAction('on_watchdog', libxl.on_watchdog),
    onSoftReset: readAction('on_soft_reset', libxl.on_soft_reset),
    ...readOptions(libxl),
    ...cpuOf(build['cpuid']),
    ...readDevices(libxl),
  };
}

/** What the guest was told of its processor when it started, for its next start. */
function cpuOf(cpuid: unknown): Pick<DomainConfig, 'cpuPolicy' | 'cpuid'> {
  const cpuPolicy = fromLibxlCpuid(cpuid);
  if (cpuPolicy !== undefined) return { cpuPolicy };
  const changes = fromLibxlChanges(cpuid);
  return changes.size === 0 ? {} : { cpuid: formatCpuid(changes) };
}

/** Its vCPUs, and how they get processors. What makes no sense in it asks for nothing, and keeps no domain from coming. */
function processorsOf(
  json: string,
  maxVcpus: number,
): Pick<DomainConfig, 'vcpus' | 'maxVcpus' | 'cpus' | 'cpusSoft' | 'cpuWeight' | 'cap'> {
  const { hard, soft, online } = readScheduling(json, maxVcpus);
  return {
    vcpus: online?.length ?? maxVcpus,
    maxVcpus,
    ...(hard === undefined ? {} : { cpus: hard }),
    ...(soft === undefined ? {} : { cpusSoft: soft }),
    ...readShares(json),
  };
}

/**
 * What a bootloader had fetched was a copy, for that one start; older releases of libxl have its path here. Else these
 * are paths on the disk of the guest.
 */
function filesOf({
  bootloader,
  kernel,
  ramdisk,
}: LibxlConfig['b_info']): Pick<LibxlConfig['b_info'], 'kernel' | 'ramdisk'> {
  if (bootloader === undefined) return { kernel, ramdisk };
  const ofGuest = (path: string | undefined): string | undefined =>
    path === undefined || FETCHED.test(path) ? undefined : path;
  return { kernel: ofGuest(kernel), ramdisk: ofGuest(ramdisk) };
}

function readDevices(libxl: LibxlConfig): Pick<DomainConfig, DeviceField> {
  const read = fromLibxlDevices(libxl);
  if ('unsupported' in read) throw unsupported(read.unsupported.why, read.unsupported.key);
  return read.devices;
}

function readType(type: string): DomainType {
  if (isDomainType(type)) return type;
  throw unsupported(`its type is ${shown(type)}`, 'type');
}

function refuseUnsupported(libxl: LibxlConfig): void {
  const { b_info: build } = libxl;
  for (const [key, value] of Object.entries(libxl)) {
    if (!OWN_DEVICES.includes(key) && isDevices(value))
      throw unsupported(`it has ${DEVICES[key] ?? shown(key)}`, key);
  }
  if (build['type.pvh']?.pvshim === 'True') throw unsupported('it runs in the PV shim', 'pvshim');
  if ((build.vnuma_nodes?.length ?? 0) > 0) throw unsupported('it has virtual NUMA nodes', 'vnuma_nodes');
  if (build.max_vcpus > MAX_VCPUS)
    throw unsupported(`it has ${build.max_vcpus} vCPUs, and ${MAX_VCPUS} are possible`, 'max_vcpus');
  for (const key of ['target_memkb', 'max_memkb'] as const) {
    if (build[key] > MAX_MEMORY_KIB) throw unsupported(`its ${key} is beyond 16 TiB`, key);
  }
  for (const key of ['kernel', 'ramdisk'] as const) {
    if (Buffer.byteLength(build[key] ?? '') >= MAX_PATH_BYTES)
      throw unsupported(`its ${key} is longer than any path can be`, key);
  }
}

/** All arrays of objects at the top are devices, those of newer releases of Xen, too. */
function isDevices(value: unknown): boolean {
  return Array.isArray(value) && value.some((item) => typeof item === 'object' && item !== null);
}

/** libxl takes any name, and none. */
function readName(name: string | undefined, uuid: string | undefined, isHere = false): string {
  if (name === undefined || name === '') return `unnamed-${uuid?.slice(0, 8) ?? 'domain'}`;
  const fault = isHere ? undefined : nameFault(name);
  if (fault === undefined) return name;
  throw unsupported(`its name ${shown(name)} ${fault}`, 'name', 'give it another: vm-restore --name NAME');
}

function readAction(key: string, name: string): ShutdownAction {
  const ours = actionOf(name);
  if (ours === undefined) throw unsupported(`its ${key} is ${shown(name)}`, key);
  return ours;
}

function shown(word: string): string {
  return JSON.stringify(word.slice(0, 64));
}

function unsupported(why: string, key: string, hint = 'restore it with xl'): VmToolsError {
  return new VmToolsError({
    code: 'IMAGE_UNSUPPORTED',
    kind: 'usage',
    message: `this domain is not supported yet: ${why}`,
    hint,
    details: { key, why },
  });
}
