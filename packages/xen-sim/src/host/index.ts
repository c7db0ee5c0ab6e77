/**
 * A whole simulated host: hypervisor, xenstored, xenconsoled, guests, and a folder for its files.
 *
 * @example
 * ```ts
 * await using host = await createSimulatedHost({ memory: '8G' });
 * const { domid } = await createDomain(host, { ...config, kernel: host.kernel, cmdline: 'sim.dirty=20M/s' });
 * host.consoleOf(domid); // "sim: boot\r\ntick 1 t=0\r\n"
 * ```
 *
 * @packageDocumentation
 */
export { createSimulatedHost } from './host.ts';
export type { SimulatedHost, SimulatedHostOptions } from './host.ts';
export type { DomainRecord, HostState } from './host-state.ts';
export { writeGuestKernel } from './guest-kernel.ts';
