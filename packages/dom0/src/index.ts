/**
 * The work of a control domain for the devices of guests: hotplug scripts, bootloaders, the qemu that serves disks,
 * and the files behind them.
 *
 * ```ts
 * const dom0 = nativeDom0();
 * const { status, lastWords } = await dom0.runScript({ path: '/etc/xen/scripts/block', args: ['add'], env });
 * ```
 *
 * @packageDocumentation
 */
export type {
  BootloaderEnd,
  BootloaderRun,
  DeviceCounters,
  DiskCounters,
  Dom0,
  Dom0CallOptions,
  FileFacts,
  LoopDevice,
  NetworkCounters,
  ProgramFacts,
  QemuEnd,
  QemuProcess,
  QemuStart,
  ScriptEnd,
  ScriptRun,
} from './dom0.ts';
export { nativeDom0 } from './native/native-dom0.ts';
export { BOOTLOADER_OUTPUT_BYTES } from './errors.ts';
