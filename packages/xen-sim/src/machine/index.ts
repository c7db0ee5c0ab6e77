/**
 * A simulated hypervisor: its state and its rules. The interface `Xen` over it is `SimXen`.
 *
 * @example
 * ```ts
 * const machine = new Machine({ memoryMib: 4096 });
 * machine.onEvent(({ type, domid }) => heard.push(`${domid} ${type}`));
 * const domid = machine.domainCreate({ uuid: randomUUID(), type: 'pvh', maxVcpus: 2 });
 * machine.destroyDomain(domid); // 1 created, 1 dying, 1 gone
 * ```
 *
 * @packageDocumentation
 */
export { Machine } from './machine.ts';
export type { MachineOptions } from './machine.ts';
export type { GuestProgram, MachineDomain } from './domain/machine-domain.ts';
export type { MachineEvent, MachineListener } from './machine-events.ts';
export { refuse } from './refuse.ts';
export type { ErrnoName } from './strerror.ts';
