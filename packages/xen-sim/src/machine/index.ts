/**
 * A simulated hypervisor: its state and rules (`Machine`), and the interface `Xen` over it (`SimXen`).
 *
 * @example
 * ```ts
 * const machine = new Machine({ memoryMib: 4096 });
 * machine.onEvent(({ type, domid }) => heard.push(`${domid} ${type}`));
 * const domid = machine.domainCreate({ uuid: randomUUID(), type: 'pvh', maxVcpus: 2 });
 * machine.destroyDomain(domid); // 1 created, 1 dying, 1 gone
 *
 * const xen: Xen = new SimXen(machine, noFaults);
 * ```
 *
 * @packageDocumentation
 */
export { Machine } from './machine.ts';
export type { MachineOptions } from './machine.ts';
export type { GuestProgram, MachineDomain } from './machine-domain.ts';
export type { MachineEvent, MachineListener } from './machine-events.ts';
export { SimXen } from './sim-xen.ts';
export { refuse } from './refuse.ts';
export type { ErrnoName } from './refuse.ts';
