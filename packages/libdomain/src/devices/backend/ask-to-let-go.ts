import { VmToolsError } from '@vm-tools/errors';
import type { Domain } from '../../domain.ts';
import type { Host } from '../../host.ts';
import type { Device } from '../nodes/list-devices.ts';
import { isServed } from '../qemu/serves.ts';
import { awaitState, isClosed, xenbus, type StateWait } from './xenbus.ts';

/**
 * Asks a guest to let go of a device, and waits until it has. One that has been asked is not asked again: a backend
 * that was on its way to close would begin anew.
 *
 * @param wait `what`: e.g. "the disk xvdb"
 * @throws DOMAIN_DEVICE_IN_USE of kind timeout, with the states of both ends
 */
export async function askToLetGo(
  host: Host,
  domain: Pick<Domain, 'name'>,
  device: Device,
  { timeoutMs, signal, what }: StateWait,
): Promise<void> {
  const [path, onlinePath] = [`${device.backend}/state`, `${device.backend}/online`];
  await host.store.transaction(async (tx) => {
    const [state, online] = await Promise.all([tx.read(path), tx.read(onlinePath)]);
    const isAsked = state === xenbus('closing') && online === '0';
    if (isClosed(state) || isAsked) return;
    await tx.write(onlinePath, '0');
    await tx.write(path, xenbus('closing'));
  });
  if (!(await isServed(host, device))) return;
  const wait = { timeoutMs, signal, what: `${domain.name} to let go of ${what}` };
  const missed = await awaitState(host, device, { end: 'backend', suits: isClosed }, wait);
  if (missed === undefined) return;
  const states = await missed.states();
  throw new VmToolsError({
    code: 'DOMAIN_DEVICE_IN_USE',
    kind: 'timeout',
    message: `${domain.name} has not let go of ${what} within ${timeoutMs / 1000} s: its state is ${states.frontendState}, the backend's is ${states.backendState}; it has been asked, and may still let go`,
    hint: 'stop its use in the guest and detach it again, which waits again; --force takes it away in use',
    details: { ...states, timeoutMs },
    cause: missed.late,
  });
}
