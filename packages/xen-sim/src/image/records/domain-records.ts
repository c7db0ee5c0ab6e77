import type { CpuPolicy } from '@vm-tools/xc-native';
import { encodeTscInfo, RECORD, type PageType, type RecordType } from '@vm-tools/xen-stream';
import type { MachineDomain } from '../../machine/index.ts';
import { hvmContext } from './hvm-context.ts';

const RECORD_HEADER_BYTES = 8;
/** Of a guest that reads the time stamp counter of its processor. */
const TSC_INFO = { mode: 0, khz: 2_400_000, nsec: 0n, incarnation: 1 } as const;

/**
 * The part of a stream beside pages and HVM params: CPU policies, clock, and the state of its vCPUs. All of it is
 * opaque to the simulator, and a restored domain is saved with the very bytes that it came with.
 */
export class DomainRecords {
  /** PV: what each page is, unless it is an ordinary one */
  readonly pageTypes = new Map<number, PageType>();
  readonly #bodies = new Map<RecordType, Map<number, Uint8Array>>();

  /** @param instance the vCPU, for records of which each vCPU has one; a later record replaces an earlier one */
  set(type: RecordType, body: Uint8Array, instance = 0): void {
    const instances = this.#bodies.get(type) ?? new Map<number, Uint8Array>();
    this.#bodies.set(type, instances.set(instance, Uint8Array.from(body)));
  }

  get(type: RecordType, instance = 0): Buffer | undefined {
    const body = this.#bodies.get(type)?.get(instance);
    return body && Buffer.from(body.buffer);
  }

  /** All of a type, by instance. */
  all(type: RecordType): Buffer[] {
    const instances = [...(this.#bodies.get(type) ?? [])].sort(([a], [b]) => a - b);
    return instances.map(([, body]) => Buffer.from(body.buffer));
  }
}

/** Those that a domain was built or restored with. */
const known = new WeakMap<MachineDomain, DomainRecords>();

/** Those of the domain; of one that was neither built nor restored here, plausible ones. */
export function recordsOf(domain: MachineDomain): DomainRecords {
  const found = known.get(domain);
  if (found !== undefined) return found;
  const made = plausibleRecords(domain);
  known.set(domain, made);
  return made;
}

export function keepRecords(domain: MachineDomain, records: DomainRecords): void {
  known.set(domain, records);
}

/** Those of a new domain; a PV domain's vCPUs and tables are the domain builder's to make. */
export function plausibleRecords(domain: MachineDomain): DomainRecords {
  const records = new DomainRecords();
  setCpuPolicy(records, domain);
  records.set(RECORD.X86_TSC_INFO, encodeTscInfo(TSC_INFO).subarray(RECORD_HEADER_BYTES));
  if (domain.type === 'pvh') records.set(RECORD.HVM_CONTEXT, hvmContext(domain.vcpus));
  return records;
}

/** Gives it the policy that it has been told here, where it has brought none. */
export function setCpuPolicy(records: DomainRecords, { cpu }: MachineDomain): void {
  const { cpuid, msrs } = cpu;
  if (records.get(RECORD.X86_CPUID_POLICY) === undefined) records.set(RECORD.X86_CPUID_POLICY, cpuid);
  if (records.get(RECORD.X86_MSR_POLICY) === undefined) records.set(RECORD.X86_MSR_POLICY, msrs);
}

/** The processor as the guest has been told: by this host, or by the one that it came from. */
export function cpuPolicyOf(domain: MachineDomain): CpuPolicy {
  const records = known.get(domain);
  const { cpuid, msrs } = domain.cpu;
  return {
    cpuid: records?.get(RECORD.X86_CPUID_POLICY) ?? cpuid,
    msrs: records?.get(RECORD.X86_MSR_POLICY) ?? msrs,
  };
}
