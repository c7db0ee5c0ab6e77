import { formatFields, type Invocation, type Outcome } from '@vm-tools/cli';
import { hostInfo, listGuests, whyClosed } from '@vm-tools/libdomain';
import { readAutostart, readSaved } from '@vm-tools/libhost';
import { formatBytes } from '@vm-tools/ratelimit';
import type { HostReport } from '../result.ts';

export async function info(invocation: Invocation<object>): Promise<Outcome<HostReport>> {
  const { root } = invocation;
  const host = await invocation.openHost();
  const [details, guests, { entries }, saved, closed] = await Promise.all([
    hostInfo(host),
    listGuests(host),
    readAutostart(root),
    readSaved(root),
    whyClosed({ root }),
  ]);
  const { version, memoryKib, freeKib, cpus, scheduler } = details;
  const value = {
    ...details,
    version: `${version.major}.${version.minor}${version.extra}`,
    guests: guests.length,
    closed,
    startWithHost: entries.map(({ name }) => name),
    saved: saved.guests.map(({ name }) => name),
  };
  const text = formatFields([
    ['Xen', value.version],
    ['processors', `${cpus}, scheduler ${scheduler}`],
    ['memory', `${formatBytes(memoryKib * 1024)}, of which ${formatBytes(freeKib * 1024)} are free`],
    ['guests', String(guests.length)],
    ['closed', closed],
    ['start with the host', namesOr(value.startWithHost, 'none')],
    ['saved with the host', namesOr(value.saved, 'none')],
  ]);
  return { isReport: true, value, text };
}

function namesOr(names: readonly string[], none: string): string {
  return names.length === 0 ? none : names.join(' ');
}
