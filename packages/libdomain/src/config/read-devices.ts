import { CONFIG_HINTS, configError } from './problems/config-error.ts';
import { invalid, type GivenField, type Item } from './fields.ts';
import type { Findings } from './problems/findings.ts';
import type { Entry, EntryValue } from './text/entry.ts';
import { readChannelSpec } from './xl/channel-spec.ts';
import { readDiskSpec } from './xl/disk-spec.ts';
import { readFramebufferSpec } from './xl/framebuffer-spec.ts';
import { readNetworkSpec } from './xl/network-spec.ts';
import { readShareSpec } from './xl/share-spec.ts';
import { SpecError } from './xl/spec-error.ts';

/** The fields that are lists of devices. */
export type DeviceField = 'disks' | 'networks' | 'framebuffers' | 'channels' | 'shares';

/** Reads one that is written in xl's syntax. */
const READ_SPEC: Readonly<Record<DeviceField, (spec: string, warn: (sentence: string) => void) => object>> = {
  disks: (spec) => readDiskSpec(spec),
  networks: (spec, warn) => {
    const { network, warnings } = readNetworkSpec(spec);
    warnings.forEach(warn);
    return network;
  },
  framebuffers: readFramebufferSpec,
  channels: readChannelSpec,
  shares: (spec) => readShareSpec(spec),
};

/**
 * Reads one device in xl's syntax.
 *
 * @throws SpecError
 */
export function readSpec(field: DeviceField, spec: string, warn: (sentence: string) => void): object {
  return READ_SPEC[field](spec, warn);
}

export function isDeviceField(field: string): field is DeviceField {
  return Object.hasOwn(READ_SPEC, field);
}

/**
 * The devices of a list: each a text in xl's syntax or, in JSON, an object with the fields of a DomainConfig. What is
 * wrong with one keeps none of the others from being read.
 *
 * @throws VmToolsError CONFIG_INVALID for what is no list
 */
export function readDevices(
  entry: Entry,
  field: DeviceField,
  format: 'json' | 'xl',
  findings: Findings,
): GivenField {
  const { value: list, key } = entry;
  if (!Array.isArray(list)) throw invalid(entry, 'must be a list');
  const value: unknown[] = [];
  const items: Item[] = [];
  for (const [index, device] of (list as readonly EntryValue[]).entries()) {
    if (findings.isFull) break;
    const name = format === 'json' ? `${key}[${index}]` : `${key} ${index + 1}`;
    const item: Item = { name, position: entry.itemPositions?.[index] ?? entry.valuePosition };
    findings.collect(() => {
      value.push(readDevice(device, { entry, field, format, item, findings }));
      items.push(item);
    });
  }
  return { value, entry, items };
}

interface Context {
  readonly entry: Entry;
  readonly field: DeviceField;
  readonly format: 'json' | 'xl';
  readonly item: Item;
  readonly findings: Findings;
}

function readDevice(device: EntryValue, { entry: { key }, field, format, item, findings }: Context): unknown {
  const { name, position } = item;
  if (format === 'json' && typeof device === 'object' && device !== null && !Array.isArray(device))
    return device;
  if (typeof device !== 'string') {
    const wanted = format === 'json' ? "an object, or a string in xl's syntax" : 'a string';
    throw configError('CONFIG_INVALID', position, `${name} must be ${wanted}`, { key });
  }
  try {
    return readSpec(field, device, (sentence) => findings.warn(position, `${name}: ${sentence}`));
  } catch (thrown) {
    if (!(thrown instanceof SpecError)) throw thrown;
    const { code, message, hint = CONFIG_HINTS[thrown.code] } = thrown;
    throw configError(code, position, `${name}: ${message}`, { key, hint });
  }
}
