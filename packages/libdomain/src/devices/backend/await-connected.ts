import { VmToolsError } from '@vm-tools/errors';
import type { Domain } from '../../domain.ts';
import { deathOf } from '../../guest/death.ts';
import type { Host } from '../../host.ts';
import type { Device } from '../nodes/list-devices.ts';
import { awaitState, xenbus, type StateWait } from './xenbus.ts';

/**
 * Waits until the guest uses a device that has come.
 *
 * @param wait `what`: e.g. "the disk xvdb"
 * @throws DOMAIN_DEVICE_NOT_CONNECTED of kind timeout, with the states of both ends; GUEST_DIED
 */
export async function awaitConnected(
  host: Host,
  domain: Pick<Domain, 'domid' | 'uuid' | 'name'>,
  device: Pick<Device, 'frontend' | 'backend'>,
  { timeoutMs, signal, what }: StateWait,
): Promise<void> {
  const suits = async (state: string | undefined): Promise<boolean> => {
    if (state === xenbus('connected')) return true;
    const death = await deathOf(host, domain, `before it had connected ${what}`);
    if (death !== undefined) throw death;
    return false;
  };
  const wait = { timeoutMs, signal, what: `${domain.name} to connect ${what}` };
  const missed = await awaitState(host, device, { end: 'frontend', suits }, wait);
  if (missed === undefined) return;
  const states = await missed.states();
  throw new VmToolsError({
    code: 'DOMAIN_DEVICE_NOT_CONNECTED',
    kind: 'timeout',
    message: `${domain.name} has not connected ${what} within ${timeoutMs / 1000} s: its state is ${states.frontendState}, the backend's is ${states.backendState}; it stays attached`,
    hint: 'load its driver in the guest, or detach the device',
    details: { ...states, timeoutMs },
    cause: missed.late,
  });
}
