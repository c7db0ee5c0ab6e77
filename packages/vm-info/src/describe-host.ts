import { formatFields } from '@vm-tools/cli';
import type { HostDetails } from '@vm-tools/libdomain';
import { mib } from './fields.ts';
import type { HostReport } from './result.ts';

/** For people. */
export function describeHost(details: HostDetails): string {
  const { version, cpus, cpuKhz, capabilities } = details;
  const known = Object.entries(capabilities).filter(([, has]) => has);
  return formatFields([
    ['xen', versionText(version)],
    ['scheduler', details.scheduler],
    ['processors', `${cpus} of ${Math.round(cpuKhz / 1000)} MHz`],
    ['memory', `${mib(details.memoryKib)}, ${mib(details.freeKib)} free`],
    ['claimed', details.claimedKib === 0 ? undefined : mib(details.claimedKib)],
    ['domains', `${details.domains} with ${details.vcpus} vCPUs`],
    ['can', known.map(([name]) => name).join(', ')],
  ]);
}

/** As data: the version as text, as Xen itself writes it. */
export function hostValue(details: HostDetails): HostReport {
  return { ...details, version: versionText(details.version) };
}

function versionText({ major, minor, extra }: HostDetails['version']): string {
  return `${major}.${minor}${extra}`;
}
