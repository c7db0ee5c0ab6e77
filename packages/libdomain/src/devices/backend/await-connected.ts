import { VmToolsError } from '@vm-tools/errors';
import type { Domain } from '../../domain.ts';
import { deathOf } from '../../guest/death.ts';
import type { Host } from '../../host.ts';
import { stateName } from './await-backend.ts';
import type { Device } from '../nodes/list-devices.ts';

const XENBUS_CONNECTED = '4';

/** For how long a guest is waited for, and what its device is called. */
export interface ConnectedWait {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
  /** e.g. "the disk xvdb" */
  readonly what: string;
}

/**
 * Waits until the guest uses a device that has come.
 *
 * @throws DOMAIN_DEVICE_NOT_CONNECTED of kind timeout, with the states of both ends; GUEST_DIED
 */
export async function awaitConnected(
  host: Host,
  domain: Pick<Domain, 'domid' | 'uuid' | 'name'>,
  { frontend, backend }: Pick<Device, 'frontend' | 'backend'>,
  { timeoutMs, signal, what }: ConnectedWait,
): Promise<void> {
  const { store } = host;
  const path = `${frontend}/state`;
  const isConnected = async (): Promise<true | undefined> => {
    const state = await store.read(path);
    if (state === XENBUS_CONNECTED) return true;
    const death = await deathOf(host, domain, `before it had connected ${what}`);
    if (death !== undefined) throw death;
    return undefined;
  };
  try {
    await store.waitFor(path, isConnected, { timeoutMs, signal, what: `${domain.name} to connect ${what}` });
  } catch (thrown) {
    if (!(thrown instanceof VmToolsError) || thrown.code !== 'XENSTORE_TIMEOUT') throw thrown;
    const [front, back] = [await store.read(path), await store.read(`${backend}/state`)].map(stateName);
    throw new VmToolsError({
      code: 'DOMAIN_DEVICE_NOT_CONNECTED',
      kind: 'timeout',
      message: `${domain.name} has not connected ${what} within ${timeoutMs / 1000} s: its state is ${front}, the backend's is ${back}; it stays attached`,
      hint: 'load its driver in the guest, or detach the device',
      details: { frontendState: front, backendState: back, timeoutMs },
      cause: thrown,
    });
  }
}
