import type { DomainConfig } from '../config/schema.ts';
import { DEFAULT_CAP, DEFAULT_WEIGHT, type WantedScheduling } from './scheduling.ts';

/** The scheduling that the configuration of a new domain asks for. */
export function schedulingOf({
  vcpus,
  maxVcpus,
  cpus,
  cpusSoft,
  cpuWeight,
  cap,
}: Pick<DomainConfig, 'vcpus' | 'maxVcpus' | 'cpus' | 'cpusSoft' | 'cpuWeight' | 'cap'>): WantedScheduling {
  return {
    hard: cpus,
    soft: cpusSoft,
    weight: cpuWeight === DEFAULT_WEIGHT ? undefined : cpuWeight,
    cap: cap === DEFAULT_CAP ? undefined : cap,
    online: vcpus < maxVcpus ? Array.from({ length: vcpus }, (_, vcpu) => vcpu) : undefined,
  };
}
