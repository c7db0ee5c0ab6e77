import { VmToolsError } from '@vm-tools/errors';
import type { Domain } from '../domain.ts';

/** What can be set of a domain that exists; what is left out stays. */
export interface DomainSettings {
  /** the memory that the guest is asked to make do with, KiB */
  readonly memoryKib?: number | undefined;
  /** the memory that it may be given later, KiB */
  readonly maxMemoryKib?: number | undefined;
  /** how many of its vCPUs the guest is asked to use */
  readonly vcpus?: number | undefined;
  /** The processors of the host on which its vCPUs may run. */
  readonly pin?: Pin | undefined;
  /** The processors of the host on which its vCPUs run rather than on others. */
  readonly prefer?: Pin | undefined;
  /** its share of processor time beside others, 1 to 65535 */
  readonly weight?: number | undefined;
  /** of one processor, all its vCPUs together, in percent; 0: as much as it likes */
  readonly cap?: number | undefined;
  readonly name?: string | undefined;
}

/** Processors of the host for one vCPU, or for all of them. */
export interface Pin {
  /** @default all of the domain */
  readonly vcpu?: number;
  readonly cpus: readonly number[] | 'all';
}

/** A value that this domain cannot have. */
export function invalidSetting(
  { domid, uuid, name }: Pick<Domain, 'domid' | 'uuid' | 'name'>,
  why: string,
  hint: string,
): VmToolsError {
  return new VmToolsError({
    code: 'DOMAIN_SETTING_INVALID',
    kind: 'usage',
    message: `${name} ${why}`,
    hint,
    details: { domid, uuid },
  });
}
