import type { SimulatedHost } from '@vm-tools/xen-sim';
import { createDomain } from '../actions/create-domain.ts';
import type { DomainConfig } from '../config/schema.ts';
import type { Domain } from '../domain.ts';

/** A small domain with a simulated guest in it; `cmdline` says what the guest is like. */
export function sampleConfig(
  { kernel }: Pick<SimulatedHost, 'kernel'>,
  more: Partial<DomainConfig> = {},
): DomainConfig {
  return {
    name: 'web1',
    type: 'pvh',
    kernel,
    cmdline: '',
    memoryKib: 65536,
    maxMemoryKib: 65536,
    vcpus: 2,
    maxVcpus: more.vcpus ?? 2,
    onPoweroff: 'destroy',
    onReboot: 'restart',
    onCrash: 'destroy',
    onWatchdog: 'destroy',
    onSoftReset: 'soft-reset',
    tscMode: 'default',
    disks: [],
    networks: [],
    framebuffers: [],
    channels: [],
    shares: [],
    ...more,
  };
}

/** The same, running, and with so little memory that its image is made at once. */
export function sampleDomain(host: SimulatedHost, more: Partial<DomainConfig> = {}): Promise<Domain> {
  return createDomain(host, sampleConfig(host, { memoryKib: 2048, maxMemoryKib: 2048, ...more }));
}
