import type { DomainInfo } from '@vm-tools/xc-native';

/** XEN_INVALID_MAX_VCPU_ID: there are none yet. */
const NO_VCPU = 0xffff_ffff;

/** The numbers of the vCPUs that a domain has, whether they are online or not. */
export function vcpusOf({ maxVcpuId }: Pick<DomainInfo, 'maxVcpuId'>): readonly number[] {
  return maxVcpuId === NO_VCPU ? [] : Array.from({ length: maxVcpuId + 1 }, (_, vcpu) => vcpu);
}
