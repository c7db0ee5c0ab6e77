import type { HostInfo, SchedulerName, XenVersion } from '@vm-tools/xc-native';
import { asVmToolsError } from '../../guest-error.ts';
import type { Host } from '../../host.ts';
import { freeKib, PAGE_BYTES } from '../../memory.ts';
import { LOOKING } from './list-domains.ts';

/** A Xen host as it was at the time of the look. */
export interface HostDetails {
  readonly version: XenVersion;
  readonly scheduler: SchedulerName;
  readonly cpus: number;
  readonly cpuKhz: number;
  /** all that Xen may give away, its own part left out */
  readonly memoryKib: number;
  /** neither a domain's, nor claimed by one that is being made */
  readonly freeKib: number;
  /** claimed by domains that are being made */
  readonly claimedKib: number;
  /** dom0 and domains that are dying included */
  readonly domains: number;
  /** online vCPUs of all domains */
  readonly vcpus: number;
  readonly capabilities: HostInfo['capabilities'];
}

/** What Xen tells of the host itself. */
export async function hostInfo({ xen }: Pick<Host, 'xen'>): Promise<HostDetails> {
  try {
    const [info, scheduler, domains] = await Promise.all([
      xen.physinfo(),
      xen.schedId(),
      xen.domainGetinfolist(),
    ]);
    return {
      version: xen.version,
      scheduler,
      cpus: info.onlineCpus,
      cpuKhz: info.cpuKhz,
      memoryKib: toKib(info.totalPages),
      freeKib: freeKib(info),
      claimedKib: toKib(info.outstandingPages),
      domains: domains.length,
      vcpus: domains.reduce((sum, { onlineVcpus }) => sum + onlineVcpus, 0),
      capabilities: info.capabilities,
    };
  } catch (thrown) {
    throw asVmToolsError(thrown, LOOKING);
  }
}

function toKib(pages: number): number {
  return (pages * PAGE_BYTES) / 1024;
}
