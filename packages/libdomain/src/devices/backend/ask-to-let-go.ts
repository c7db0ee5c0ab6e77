import { VmToolsError } from '@vm-tools/errors';
import type { Domain } from '../../domain.ts';
import type { Host } from '../../host.ts';
import { stateName } from './await-backend.ts';
import { XENBUS_CLOSED, XENBUS_CLOSING } from './close-backend.ts';
import type { ConnectedWait } from './await-connected.ts';
import type { Device } from '../nodes/list-devices.ts';
import { isServed } from '../qemu/serves.ts';

/**
 * Asks a guest to let go of a device, and waits until it has. One that has been asked is not asked again: a backend
 * that was on its way to close would begin anew.
 *
 * @throws DOMAIN_DEVICE_IN_USE of kind timeout, with the states of both ends
 */
export async function askToLetGo(
  host: Host,
  domain: Pick<Domain, 'name'>,
  device: Device,
  { timeoutMs, signal, what }: ConnectedWait,
): Promise<void> {
  const { store } = host;
  const path = `${device.backend}/state`;
  await store.transaction(async (tx) => {
    const [state, online] = await Promise.all([tx.read(path), tx.read(`${device.backend}/online`)]);
    const isAsked = state === XENBUS_CLOSING && online === '0';
    if (state === undefined || state === XENBUS_CLOSED || isAsked) return;
    await tx.write(`${device.backend}/online`, '0');
    await tx.write(path, XENBUS_CLOSING);
  });
  if (!(await isServed(host, device))) return;
  const isClosed = async (): Promise<true | undefined> => {
    const state = await store.read(path);
    return state === undefined || state === XENBUS_CLOSED ? true : undefined;
  };
  try {
    await store.waitFor(path, isClosed, { timeoutMs, signal, what: `${domain.name} to let go of ${what}` });
  } catch (thrown) {
    if (!(thrown instanceof VmToolsError) || thrown.code !== 'XENSTORE_TIMEOUT') throw thrown;
    const [front, back] = [await store.read(`${device.frontend}/state`), await store.read(path)].map(
      stateName,
    );
    throw new VmToolsError({
      code: 'DOMAIN_DEVICE_IN_USE',
      kind: 'timeout',
      message: `${domain.name} has not let go of ${what} within ${timeoutMs / 1000} s: its state is ${front}, the backend's is ${back}; it has been asked, and may still let go`,
      hint: 'stop its use in the guest and detach it again, which waits again; --force takes it away in use',
      details: { frontendState: front, backendState: back, timeoutMs },
      cause: thrown,
    });
  }
}
