import { messageOf } from '@vm-tools/errors';
import type { StoreAccess } from '@vm-tools/xenstore';
import type { Host } from '../host.ts';
import { stepError } from '../step/step-error.ts';
import type { DeviceKind } from './kind.ts';
import type { Device } from './nodes/list-devices.ts';
import { removeDevice } from './remove-device.ts';
import { deviceAt, writeDevice, type NewDevice } from './nodes/write-device.ts';

/** How one device is plugged in. */
export interface PlugIn {
  readonly kind: DeviceKind;
  readonly fresh: NewDevice;
  /** The step of which it is the work. */
  readonly step: string;
  /** Looks, in the transaction that writes the nodes, whether they may be written. */
  readonly check?: (tx: StoreAccess, device: Device) => Promise<void>;
}

/** Writes the nodes of a device and does what its kind needs then: all of it or nothing. */
export async function plugIn(host: Host, plug: PlugIn, signal: AbortSignal): Promise<void> {
  const { kind, fresh, check } = plug;
  const device = deviceAt(fresh);
  const write = async (tx: StoreAccess): Promise<void> => {
    await check?.(tx, device);
    await writeDevice(tx, fresh);
  };
  await host.store.transaction(write, { signal });
  try {
    await kind.plug?.(host, device, signal);
  } catch (thrown) {
    throw await unplugged(host, device, plug, thrown);
  }
}

/** A step does all or nothing: a device that failed is removed again, and one that cannot be is reported. */
async function unplugged(
  host: Host,
  device: Device,
  { kind, step }: PlugIn,
  thrown: unknown,
): Promise<unknown> {
  try {
    await removeDevice(host, device, kind);
    return thrown;
  } catch (left) {
    return stepError({ step, thrown }, [`${device.backend}: ${messageOf(left)}`]);
  }
}
