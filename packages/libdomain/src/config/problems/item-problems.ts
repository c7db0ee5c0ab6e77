import { suggest } from '@vm-tools/words';
import type { VmToolsError } from '@vm-tools/errors';
import type { z } from 'zod';
import { configError } from './config-error.ts';
import { CHANNEL_FIELDS } from '../devices/channel.ts';
import { DISK_FIELDS } from '../devices/disk.ts';
import { FRAMEBUFFER_FIELDS } from '../devices/framebuffer.ts';
import { NETWORK_FIELDS } from '../devices/network.ts';
import { SHARE_FIELDS } from '../devices/share.ts';
import type { GivenField, Item } from '../fields.ts';
import type { DeviceField } from '../read-devices.ts';
import { xlWordOf } from '../xl/xl-words.ts';

const FIELDS_OF: Readonly<Record<DeviceField, readonly string[]>> = {
  disks: DISK_FIELDS,
  networks: NETWORK_FIELDS,
  framebuffers: FRAMEBUFFER_FIELDS,
  channels: CHANNEL_FIELDS,
  shares: SHARE_FIELDS,
};

/** Fields whose values are no words for a terminal or a log. */
const SECRETS: readonly string[] = ['vncPassword'];

export function isSecret(fieldOfDevice: string): boolean {
  return SECRETS.includes(fieldOfDevice);
}

interface Place {
  readonly given: GivenField;
  readonly item: Item;
  readonly format: 'json' | 'xl';
}

/** What is wrong with one device of a list, as the schema has found it. */
export function problemsOfItem(issue: z.core.$ZodIssue, { given, item, format }: Place): VmToolsError[] {
  const { key } = given.entry;
  if (issue.code === 'unrecognized_keys') {
    const known = FIELDS_OF[issue.path[0] as DeviceField];
    return issue.keys.map((unknown) => {
      const meant = suggest(unknown, known);
      const hint = meant === undefined ? `known keys: ${known.join(', ')}` : `did you mean "${meant}"?`;
      const message = `${item.name} has the unknown key ${JSON.stringify(unknown.slice(0, 64))}`;
      return configError('CONFIG_UNKNOWN_KEY', item.position, message, { key, hint });
    });
  }
  const field = issue.path[2] === undefined ? '' : String(issue.path[2]);
  const subject = format === 'json' ? `${item.name}.${field}` : `${item.name}: ${xlWordOf(field)}`;
  const value = valueAt(given, issue.path);
  const isShown = typeof value === 'string' && value !== '' && !isSecret(field);
  const shown = isShown ? `: ${JSON.stringify(value.slice(0, 64))}` : '';
  return [
    configError('CONFIG_INVALID', item.position, `${subject} ${issue.message}${shown}`, {
      key,
      hint: hintOf(issue),
    }),
  ];
}

/** The hint that a schema has for what it has found. */
export function hintOf(issue: z.core.$ZodIssue): string | undefined {
  const hint: unknown = issue.code === 'custom' ? issue.params?.['hint'] : undefined;
  return typeof hint === 'string' ? hint : undefined;
}

function valueAt({ value }: GivenField, [, index, field]: readonly PropertyKey[]): unknown {
  const devices = value as readonly Readonly<Record<PropertyKey, unknown>>[];
  return field === undefined ? undefined : devices[index as number]?.[field];
}
