import type { Disk } from '../devices/disk.ts';
import type { DeviceField } from '../read-devices.ts';
import { xlWordOf } from './xl-words.ts';

/** A device in one line, as a list of xl.cfg has it. Whether xl reads it as the same, only reading it tells. */
export function writeSpec(field: DeviceField, device: object): string {
  return field === 'disks' ? diskSpec(device as Disk) : wordsOf(device).join(',');
}

function wordsOf(device: object): string[] {
  return Object.entries<unknown>({ ...device }).map(([key, value]) => {
    if (key === 'trusted') return value === true ? 'trusted' : 'untrusted';
    return `${xlWordOf(key)}=${typeof value === 'boolean' ? Number(value) : String(value)}`;
  });
}

/**
 * Its target comes last: only there it may have commas, of which xl takes one away at the end. The words "trusted" and
 * "untrusted" are none to the library of xl 4.17, which takes them for a target.
 */
function diskSpec({ target, type, access, discard, directIoSafe, trusted: _, ...named }: Disk): string {
  return [
    ...wordsOf(named),
    ...(type === 'cdrom' ? ['devtype=cdrom'] : [`access=${access}`]),
    ...(discard === undefined ? [] : [discard ? 'discard' : 'no-discard']),
    // What xl.cfg does not say is off.
    ...(directIoSafe === true ? ['direct-io-safe'] : []),
    `target=${target}${target.endsWith(',') ? ',' : ''}`,
  ].join(',');
}
