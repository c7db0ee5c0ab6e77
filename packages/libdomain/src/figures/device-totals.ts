import type { DeviceCounters } from '@vm-tools/dom0';
import type { DeviceTotals } from './figures.ts';
import type { QemuDisks } from './qemu-disks.ts';

/** Those of a domain without devices. */
export const NO_DEVICES: DeviceTotals = {
  networks: 0,
  networkReceivedBytes: 0,
  networkSentBytes: 0,
  disks: 0,
  diskReads: 0,
  diskWrites: 0,
  diskReadSectors: 0,
  diskWrittenSectors: 0,
};

/** The devices of each domain, added up; domains without any are not in it. */
export function deviceTotals(
  { networks, disks }: DeviceCounters,
  qemuDisks: readonly QemuDisks[],
): ReadonlyMap<number, DeviceTotals> {
  const totals = new Map<number, DeviceTotals>();
  const add = (domid: number, more: Partial<DeviceTotals>): void => {
    const sum: Record<keyof DeviceTotals, number> = { ...(totals.get(domid) ?? NO_DEVICES) };
    for (const [name, amount] of Object.entries(more)) sum[name as keyof DeviceTotals] += amount;
    totals.set(domid, sum);
  };
  for (const { domid, receivedBytes, sentBytes } of networks)
    add(domid, { networks: 1, networkReceivedBytes: receivedBytes, networkSentBytes: sentBytes });
  for (const disk of [...disks.map((one) => ({ ...one, disks: 1 })), ...qemuDisks]) {
    add(disk.domid, {
      disks: disk.disks,
      diskReads: disk.reads,
      diskWrites: disk.writes,
      diskReadSectors: disk.readSectors,
      diskWrittenSectors: disk.writtenSectors,
    });
  }
  return totals;
}
