import { cpuFeatures, cpuLeaves, cpuVendor, type CpuPolicy, type XenVersion } from '@vm-tools/xc-native';
import { asVmToolsError } from '../guest-error.ts';
import type { Host } from '../host.ts';
import type { DomainType } from '../types/index.ts';
import { archCapabilities } from './arch-capabilities.ts';
import { CPU_DOCUMENT, type CpuDocument } from './cpu-document.ts';

/** What new guests of this type are told of the processors of this host, where nothing else is asked for. */
export async function describeCpu({ xen }: Pick<Host, 'xen'>, type: DomainType): Promise<CpuDocument> {
  try {
    return documentOf(await xen.cpuPolicyGetDefault(type), type, xen.version);
  } catch (thrown) {
    throw asVmToolsError(thrown, {
      doing: 'asking Xen for its processors',
      hint: 'see whether it answers: vm-info',
    });
  }
}

function documentOf(policy: CpuPolicy, type: DomainType, { major, minor, extra }: XenVersion): CpuDocument {
  const known = archCapabilities(policy);
  return {
    cpuPolicy: CPU_DOCUMENT,
    type,
    vendor: cpuVendor(policy),
    xen: `${major}.${minor}${extra}`.replaceAll(/[^\w.+-]/g, '').slice(0, 40),
    leaves: cpuLeaves(policy),
    ...(known === 0n ? {} : { archCapabilities: `0x${known.toString(16)}` }),
    features: [...cpuFeatures(policy)],
  };
}
