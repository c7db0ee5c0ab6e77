import { cpuFeatures, type Xen } from '@vm-tools/xc-native';
import type { DomainType } from '../types/index.ts';
import { parseCpuid, withChanges } from './cpuid-text.ts';
import type { CpuLevel } from './cpu-level.ts';

/** What the configuration of a guest says of its processor, a document read. */
export interface SaidOfCpu {
  readonly type: DomainType;
  readonly level?: CpuLevel | undefined;
  readonly cpuid?: string | undefined;
}

/** What the guest is to be told of its processor on this host; undefined for what every guest is told. */
export async function cpuLevelOf(
  xen: Pick<Xen, 'cpuPolicyGetDefault'>,
  { type, level, cpuid }: SaidOfCpu,
): Promise<CpuLevel | undefined> {
  if (cpuid === undefined) return level;
  const base = level ?? { features: [...cpuFeatures(await xen.cpuPolicyGetDefault(type))] };
  return { ...base, features: withChanges(base.features, parseCpuid(cpuid)) };
}
