import { isDeepStrictEqual } from 'node:util';
import { FIELDS, KEYS, type Field } from '../config/keys/keys.ts';
import type { DomainConfig, ShutdownAction } from '../config/index.ts';
import { isProcessorsField } from '../config/read-processors.ts';
import { isDeviceField, type DeviceField } from '../config/read-devices.ts';
import { dependsOnHost, processorsOn } from '../scheduling/processors-on.ts';
import type { WantedOfVcpu } from '../scheduling/scheduling.ts';
import { toLibxlChanges, toLibxlCpuid } from './cpuid.ts';
import { parseCpuid, withChanges } from '../cpu/cpuid-text.ts';
import { toLibxlChannel } from './devices/channel.ts';
import { toLibxlDisk } from './devices/disk.ts';
import { toLibxlNic } from './devices/nic.ts';
import { toLibxlP9 } from './devices/p9.ts';
import { toLibxlVfb, toLibxlVkb } from './devices/vfb.ts';
import { LIBXL_ACTIONS } from './shutdown-actions.ts';

/**
 * The configuration as libxl's own JSON (libxl_domain_config_to_json): what xl finds in the header of an image, and
 * as userdata of a running domain. In it, booleans are the strings "True" and "False", bitmaps are lists of the bits
 * that are set, and the empty object named after the domain type tells libxl which type the build info is of.
 */
export function toLibxlJson(config: DomainConfig): string {
  const json: Record<string, unknown> = {
    c_info: { ...fieldsIn('c_info', config), run_hotplug_scripts: 'True' },
    b_info: {
      ...fieldsIn('b_info', config),
      ...placementOf(config),
      video_memkb: 0, // libxl takes an absent one for -1 and then reports 1 KiB less than there is
      sched_params: fieldsIn('b_info.sched_params', config),
      claim_mode: 'True',
      [`type.${config.type}`]: {},
      arch_arm: {},
      arch_x86: fieldsIn('b_info.arch_x86', config),
    },
    ...fieldsIn('', config),
    vkbs: absentIfEmpty(config.framebuffers.map(toLibxlVkb)),
  };
  return JSON.stringify(json, null, 4);
}

/** The fields that stand in this section, by libxl's names for them. */
function fieldsIn(
  section: '' | 'c_info' | 'b_info' | 'b_info.sched_params' | 'b_info.arch_x86',
  config: DomainConfig,
): Record<string, unknown> {
  const entries = FIELDS.flatMap((field) => {
    const [, sectionOfField = '', name = ''] = /^(?:(.*)\.)?(.*)$/.exec(KEYS[field].libxl) ?? [];
    return sectionOfField === section ? [[name, valueOf(field, config)]] : [];
  });
  const known = entries.filter(([, value]) => value !== undefined);
  return Object.fromEntries(known) as Record<string, unknown>;
}

/** libxl places a domain on no node by itself where each vCPU has processors of its own, or prefers some. */
function placementOf({ cpus = [], cpusSoft, maxVcpus }: DomainConfig): object {
  const [first] = cpus;
  const isForAll = cpus.length === maxVcpus && cpus.every((list) => isDeepStrictEqual(list, first));
  return cpusSoft === undefined && (cpus.length === 0 || isForAll) ? {} : { numa_placement: 'False' };
}

/** The devices of each kind as libxl has them. */
const DEVICES: Readonly<Record<DeviceField, (config: DomainConfig) => readonly object[]>> = {
  disks: ({ disks }) => disks.map(toLibxlDisk),
  networks: ({ networks }) => networks.map(toLibxlNic),
  framebuffers: ({ framebuffers }) => framebuffers.map(toLibxlVfb),
  channels: ({ channels }) => channels.map(toLibxlChannel),
  shares: ({ shares }) => shares.map(toLibxlP9),
};

/** What is kept has the changes in it; a file is read before. */
function policyOf({ cpuPolicy, cpuid }: DomainConfig): object | undefined {
  if (typeof cpuPolicy !== 'object') return undefined;
  if (cpuid === undefined) return toLibxlCpuid(cpuPolicy);
  return toLibxlCpuid({ ...cpuPolicy, features: withChanges(cpuPolicy.features, parseCpuid(cpuid)) });
}

function changesOf({ cpuPolicy, cpuid }: DomainConfig): object | undefined {
  const changes = cpuid === undefined || typeof cpuPolicy === 'object' ? undefined : parseCpuid(cpuid);
  return changes === undefined || changes.size === 0 ? undefined : toLibxlChanges(changes);
}

/** Empty fields are left out, as libxl does. */
function valueOf(field: Field, config: DomainConfig): unknown {
  const value = config[field];
  if (isDeviceField(field)) return absentIfEmpty(DEVICES[field](config));
  if (field === 'cpuPolicy') return policyOf(config);
  if (field === 'cpuid') return changesOf(config);
  if (field === 'vcpus') return Array.from({ length: config.vcpus }, (_, vcpu) => vcpu);
  // What libxl has by default.
  if (KEYS[field].kind === 'action' && value === 'destroy') return undefined;
  if (field === 'tscMode' && value === 'default') return undefined;
  if (KEYS[field].kind === 'action') return LIBXL_ACTIONS[value as ShutdownAction];
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (isProcessorsField(field)) return absentIfEmpty((config[field] ?? []).map(namedProcessors));
  if (Array.isArray(value)) return absentIfEmpty(value);
  return value === '' ? undefined : value;
}

/**
 * Where no host is known, which is for a reader of the text alone, they are those of the largest machine that Xen knows
 * as distributions build it (NR_CPUS), with one node.
 */
const UNKNOWN_HOST = Array.from({ length: 256 }, (_, cpu) => ({ cpu, node: 0 }));

function namedProcessors(list: WantedOfVcpu): readonly number[] {
  return dependsOnHost(list) ? processorsOn(list, UNKNOWN_HOST) : list;
}

function absentIfEmpty(list: readonly unknown[]): readonly unknown[] | undefined {
  return list.length === 0 ? undefined : list;
}
