import { VmToolsError } from '@vm-tools/errors';
import * as z from 'zod';
import type { DomainConfig, ShutdownAction } from '../config/index.ts';
import { domainConfigSchema } from '../config/index.ts';
import { actionOf } from './shutdown-actions.ts';

/** libxl itself takes any length; a configuration has a few KiB. */
const MAX_JSON_CHARACTERS = 2 ** 20;

/** Arrays of libxl_domain_config, each of one kind of device, and what people call them. */
const DEVICES = {
  disks: 'disks',
  nics: 'network interfaces',
  pcidevs: 'PCI devices',
  rdms: 'reserved device memory',
  dtdevs: 'device tree devices',
  vfbs: 'framebuffers',
  vkbs: 'keyboards',
  vtpms: 'TPMs',
  p9s: '9pfs shares',
  pvcallsifs: 'PV calls interfaces',
  vdispls: 'displays',
  vsnds: 'sound cards',
  channels: 'channels',
  usbctrls: 'USB controllers',
  usbdevs: 'USB devices',
} as const;

const count = z.int().min(0);
const defbool = z.string().optional();
const action = z.string().default('destroy');

/**
 * What a DomainConfig is made of, or would not do justice to; libxl writes much more. It leaves out whatever has its
 * default: `xl create` with no vcpus at all leads to no max_vcpus.
 */
const libxlSchema = z.looseObject({
  c_info: z.looseObject({ type: z.string(), name: z.string(), uuid: z.string().optional() }),
  b_info: z.looseObject({
    max_vcpus: count.default(1),
    avail_vcpus: z.array(count).max(8192).default([0]),
    max_memkb: count,
    target_memkb: count,
    kernel: z.string().optional(),
    ramdisk: z.string().optional(),
    cmdline: z.string().optional(),
    bootloader: z.string().optional(),
    vnuma_nodes: z.array(z.unknown()).optional(),
    'type.pvh': z.looseObject({ pvshim: defbool }).optional(),
  }),
  on_poweroff: action,
  on_reboot: action,
  on_crash: action,
});

type LibxlConfig = z.output<typeof libxlSchema>;

/**
 * Reads libxl's JSON, as xl writes it into images and into the userdata of domains. Keys that mean nothing to these
 * tools are ignored; what they cannot restore faithfully is refused.
 *
 * @throws VmToolsError IMAGE_UNSUPPORTED (kind usage): HVM, devices, or another thing that xl can and we cannot;
 *   IMAGE_CONFIG_CORRUPT (kind corrupt): not the JSON of a domain
 */
export function fromLibxlJson(text: string): DomainConfig {
  const libxl = parse(text);
  refuseUnsupported(libxl);
  const { c_info: create, b_info: build } = libxl;
  const result = domainConfigSchema.safeParse({
    name: create.name,
    ...(create.uuid === undefined ? {} : { uuid: create.uuid }),
    type: create.type,
    kernel: build.kernel,
    ...(build.ramdisk === undefined ? {} : { ramdisk: build.ramdisk }),
    cmdline: build.cmdline ?? '',
    memoryKib: build.target_memkb,
    maxMemoryKib: build.max_memkb,
    vcpus: build.max_vcpus,
    onPoweroff: readAction('on_poweroff', libxl.on_poweroff),
    onReboot: readAction('on_reboot', libxl.on_reboot),
    onCrash: readAction('on_crash', libxl.on_crash),
  });
  if (!result.success) throw corrupt(describeIssue(result.error));
  return result.data;
}

function parse(text: string): LibxlConfig {
  if (text.length > MAX_JSON_CHARACTERS) throw corrupt('it is too long');
  let json: unknown;
  try {
    json = JSON.parse(text.replace(/\0$/, '')); // xl counts the end of the C string as part of it
  } catch (cause) {
    throw corrupt('it is not JSON', cause);
  }
  const result = libxlSchema.safeParse(json);
  if (!result.success) throw corrupt(describeIssue(result.error));
  return result.data;
}

function refuseUnsupported(libxl: LibxlConfig): void {
  const { c_info: create, b_info: build } = libxl;
  if (create.type !== 'pv' && create.type !== 'pvh')
    throw unsupported(`its type is ${JSON.stringify(create.type)}`);
  for (const [key, what] of Object.entries(DEVICES)) {
    const devices = libxl[key];
    if (Array.isArray(devices) && devices.length > 0) throw unsupported(`it has ${what}`, key);
  }
  if (build['type.pvh']?.pvshim === 'True') throw unsupported('it runs in the PV shim', 'pvshim');
  if (build.bootloader !== undefined) throw unsupported('a bootloader fetches its kernel', 'bootloader');
  if (build.kernel === undefined) throw unsupported('it has no kernel of its own', 'kernel');
  if ((build.vnuma_nodes?.length ?? 0) > 0) throw unsupported('it has virtual NUMA nodes', 'vnuma_nodes');
  if (new Set(build.avail_vcpus).size !== build.max_vcpus) {
    throw unsupported('only some of its vCPUs are online', 'avail_vcpus');
  }
}

function readAction(key: string, name: string): ShutdownAction {
  const ours = actionOf(name);
  if (ours === undefined) throw unsupported(`its ${key} is ${JSON.stringify(name.slice(0, 64))}`, key);
  return ours;
}

function describeIssue(error: z.ZodError): string {
  const issue = error.issues[0];
  return `${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`.trim();
}

function unsupported(why: string, key = 'type'): VmToolsError {
  return new VmToolsError({
    code: 'IMAGE_UNSUPPORTED',
    kind: 'usage',
    message: `this domain is not supported yet: ${why}`,
    hint: 'xl can still restore it',
    details: { key },
  });
}

function corrupt(why: string, cause?: unknown): VmToolsError {
  return new VmToolsError({
    code: 'IMAGE_CONFIG_CORRUPT',
    kind: 'corrupt',
    message: `the configuration in the image is damaged: ${why}`,
    hint: 'take another copy of the image, or save the domain anew',
    ...(cause === undefined ? {} : { cause }),
  });
}
