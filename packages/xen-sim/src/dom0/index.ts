/**
 * The control domain of a simulated host: hotplug scripts, the kernel's backends, qemus, loop devices and bridges.
 *
 * @packageDocumentation
 */
export { SimDom0 } from './sim-dom0.ts';
export type { DeviceState, Flush, SimDom0Init } from './sim-dom0.ts';
export type { BridgePort } from './parts/network.ts';
export type { LoopDevice } from './parts/loop-devices.ts';
export type { QemuRecord } from './qemu/sim-qemu.ts';
