import { VmToolsError } from '@vm-tools/errors';
import { cpuFeatures, cpuVendor, LEAF_BYTES, MSR_BYTES, type CpuPolicy } from '@vm-tools/xc-native';
import { SAY_NOTHING } from '../../cpu/say-nothing.ts';
import type { Host } from '../../host.ts';
import type { DomainType } from '../../types/index.ts';
import type { OfferedCpu } from '@vm-tools/ports';

/** As it travels: what X86_CPUID_POLICY and X86_MSR_POLICY of the stream hold, in base64. */
export function encodeCpuPolicy({ cpuid, msrs }: CpuPolicy): OfferedCpu {
  return { cpuid: Buffer.from(cpuid).toString('base64'), msrs: Buffer.from(msrs).toString('base64') };
}

/** @throws VmToolsError DOMAIN_CPU_POLICY_CORRUPT of kind corrupt */
export function decodeCpuPolicy(offered: OfferedCpu): CpuPolicy {
  const cpuid = Buffer.from(offered.cpuid, 'base64');
  const msrs = Buffer.from(offered.msrs, 'base64');
  const isWhole = cpuid.length > 0 && cpuid.length % LEAF_BYTES === 0 && msrs.length % MSR_BYTES === 0;
  if (isWhole) return { cpuid, msrs };
  throw new VmToolsError({
    code: 'DOMAIN_CPU_POLICY_CORRUPT',
    kind: 'corrupt',
    message: `what is offered of the processor is damaged: ${cpuid.length} bytes of CPUID and ${msrs.length} of MSRs are no whole entries`,
    hint: 'begin again; if it happens again the other end has a defect',
    details: { cpuidBytes: cpuid.length, msrsBytes: msrs.length },
  });
}

/**
 * Whether a guest that has been told this of its processor can go on here. Xen 4.17 would take features away that this
 * host lacks, and the guest would only notice when it uses one, so they are compared here.
 *
 * @throws VmToolsError DOMAIN_CPU_INCOMPATIBLE of kind peer
 */
export async function requireCpu(
  { xen }: Pick<Host, 'xen'>,
  name: string,
  type: DomainType,
  guest: CpuPolicy,
): Promise<void> {
  const host = await xen.cpuPolicyGetSystem(type);
  const [ours, theirs] = [cpuVendor(host), cpuVendor(guest)];
  if (ours !== theirs) {
    throw incompatible(`${name} runs on a processor of ${theirs}, and this host has one of ${ours}`, {
      vendor: theirs,
      hostVendor: ours,
    });
  }
  const here = cpuFeatures(host);
  const missing = [...cpuFeatures(guest)].filter(
    (feature) => !here.has(feature) && !SAY_NOTHING.has(feature),
  );
  if (missing.length > 0) {
    const what = `the processors of this host lack ${missing.join(', ')}, which ${name} has been told that it can use`;
    throw incompatible(what, { missing });
  }
  if (!(await xen.cpuPolicyIsCompatible(type, guest))) {
    throw incompatible(`Xen of this host does not give ${name} the CPU policy that it has`, {});
  }
}

function incompatible(message: string, details: Readonly<Record<string, unknown>>): VmToolsError {
  return new VmToolsError({
    code: 'DOMAIN_CPU_INCOMPATIBLE',
    kind: 'peer',
    message,
    hint: 'move it to a host with such processors, or shut it down and create it anew here',
    details,
  });
}
