/**
 * A simulated Xen host: real bytes move, real streams are written, guests change their memory while they are moved,
 * and any call can be made to fail.
 *
 * @example
 * ```ts
 * await using host = await createSimulatedHost({ memory: '8G' });
 * const domid = await host.xen.domainCreate({ uuid: randomUUID(), type: 'pvh', maxVcpus: 1 });
 * host.faults.add({ call: 'domainDestroy', errno: 'EBUSY' });
 * const before = await host.snapshot();
 * ```
 *
 * @packageDocumentation
 */
export { createSimulatedHost, writeGuestKernel } from './host/index.ts';
export type { DomainRecord, HostState, SimulatedHost, SimulatedHostOptions } from './host/index.ts';
export { serveHost } from './host/serve-host.ts';
export type { ServedHost } from './host/serve-host.ts';
export { connectSimulatedHost, simFolder, simPaths } from '@vm-tools/xen-wire';
export type { ConnectedHost, SimPaths } from '@vm-tools/xen-wire';
export type { BridgePort, DeviceState, Flush, LoopDevice, QemuRecord } from './dom0/index.ts';
export { Faults, noFaults, strike, strikesOf } from './faults/index.ts';
export type { FaultPoint, FaultRule, Strike } from './faults/index.ts';
export { Machine } from './machine/index.ts';
export type { MachineDomain, MachineEvent, MachineOptions } from './machine/index.ts';
export { SimXen } from './xen/sim-xen.ts';
export type { GuestModel, Guests, GuestStatus, Scenario } from './guest/index.ts';
