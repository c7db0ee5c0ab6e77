import type { CpuPolicy } from '@vm-tools/xc-native';
import { RECORD } from '@vm-tools/xen-stream';
import type { MachineDomain } from '../../machine/index.ts';
import { knownRecords } from './domain-records.ts';

/** The processor as the guest has been told: by this host, or by the one that it came from. */
export function cpuPolicyOf(domain: MachineDomain): CpuPolicy {
  const records = knownRecords(domain);
  const { cpuid, msrs } = domain.hostCpu;
  return {
    cpuid: records?.get(RECORD.X86_CPUID_POLICY) ?? cpuid,
    msrs: records?.get(RECORD.X86_MSR_POLICY) ?? msrs,
  };
}
