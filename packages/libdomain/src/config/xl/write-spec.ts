import type { Disk } from '../devices/disk.ts';
import type { DeviceField } from '../read-devices.ts';
import { xlWordOf } from './xl-words.ts';

/** A device in one line, as a list of xl.cfg has it. Whether xl reads it as the same, only reading it tells. */
export function writeSpec(field: DeviceField, device: object): string {
  return field === 'disks' ? diskSpec(device as Disk) : wordsOf(device).join(',');
}

function wordsOf(device: object): string[] {
  return Object.entries(device).map(
    ([key, value]) => `${xlWordOf(key)}=${typeof value === 'boolean' ? Number(value) : String(value)}`,
  );
}

/** Its target comes last: only there it may have commas, of which xl takes one away at the end. */
function diskSpec({ target, type, access, discard, directIoSafe, trusted, ...named }: Disk): string {
  return [
    ...wordsOf(named),
    ...(type === 'cdrom' ? ['devtype=cdrom'] : [`access=${access}`]),
    ...(discard === undefined ? [] : [discard ? 'discard' : 'no-discard']),
    // What xl.cfg does not say is off.
    ...(directIoSafe === true ? ['direct-io-safe'] : []),
    ...(trusted === undefined ? [] : [trusted ? 'trusted' : 'untrusted']),
    `target=${target}${target.endsWith(',') ? ',' : ''}`,
  ].join(',');
}
