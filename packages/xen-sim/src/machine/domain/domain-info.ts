import type { DomainInfo } from '@vm-tools/xc-native';
import type { DomainState } from './domain-state.ts';

/** XEN_INVALID_MAX_VCPU_ID: there are no vCPUs yet. */
const NO_VCPU = 0xffff_ffff;
/**
 * Xen tells what the vCPUs do in the very moment, which for one that is busy half of the time is a toss-up. Here, a
 * vCPU that is busy more than half of the time is running.
 */
const BUSY_LOAD = 0.5;

/** getdomaininfo */
export function describeDomain(domain: DomainState): DomainInfo {
  const isBusy = domain.load >= BUSY_LOAD;
  return {
    domid: domain.domid,
    uuid: domain.uuid,
    isHvmContainer: domain.type === 'pvh',
    isDying: domain.isDying,
    isPaused: domain.pauseCount > 0,
    isBlocked: domain.isRunning && !isBusy,
    isRunning: domain.isRunning && isBusy,
    shutdownReason: domain.shutdownReason,
    totPages: domain.totPages,
    maxPages: domain.maxPages,
    outstandingPages: domain.outstandingPages,
    pagedPages: 0,
    onlineVcpus: domain.onlineVcpus,
    maxVcpuId: domain.vcpus === 0 ? NO_VCPU : domain.vcpus - 1,
    cpuTimeNs: domain.cpuTimeNs(),
    cpupool: domain.cpupool,
  };
}
