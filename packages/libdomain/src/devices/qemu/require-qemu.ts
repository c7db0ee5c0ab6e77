import { qemuMissing } from '@vm-tools/dom0/errors';
import type { Host } from '../../host.ts';
import { needsQemu, type QemuDevices } from './needs-qemu.ts';
import { QEMU_PROGRAM } from './paths.ts';

/**
 * Looks for the qemu of this host, where a device needs one.
 *
 * @throws DOM0_QEMU_MISSING of kind usage: it is not there, or cannot be run
 */
export async function requireQemu({ dom0 }: Host, devices: QemuDevices): Promise<void> {
  if (!needsQemu(devices)) return;
  const found = await dom0.lookAtProgram(QEMU_PROGRAM);
  if (found === 'absent') throw qemuMissing(QEMU_PROGRAM, new Error('it is not there'));
  if (found === 'not-executable') throw qemuMissing(QEMU_PROGRAM, new Error('it is not executable'));
}
