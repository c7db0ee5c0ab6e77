import { VmToolsError } from '@vm-tools/errors';
import type { Host } from '../../host.ts';
import type { Device } from '../nodes/list-devices.ts';
import { isServed } from '../qemu/serves.ts';

export const XENBUS_CLOSING = '5';
export const XENBUS_CLOSED = '6';
const BACKEND_LIMIT_MS = 10_000;

/**
 * Makes a backend with states of xenbus close, of a domain that will not run again: the frontend goes at once. It is
 * waited for; one that does not answer in time loses its nodes all the same, and notices when it looks for them.
 */
export async function closeBackend(host: Host, device: Device, signal?: AbortSignal): Promise<void> {
  const { store } = host;
  const { frontend, backend } = device;
  const path = `${backend}/state`;
  const isClosing = await store.transaction(async (tx) => {
    await tx.rm(frontend);
    const state = await tx.read(path);
    if (state === undefined || state === XENBUS_CLOSED) return false;
    await tx.write(`${backend}/online`, '0');
    await tx.write(path, XENBUS_CLOSING);
    return true;
  });
  if (!isClosing || !(await isServed(host, device))) return;
  const isClosed = async (): Promise<true | undefined> => {
    const state = await store.read(path);
    return state === undefined || state === XENBUS_CLOSED ? true : undefined;
  };
  try {
    await store.waitFor(path, isClosed, {
      timeoutMs: BACKEND_LIMIT_MS,
      signal,
      what: `the backend ${backend} to close`,
    });
  } catch (thrown) {
    if (!(thrown instanceof VmToolsError) || thrown.code !== 'XENSTORE_TIMEOUT') throw thrown;
  }
}
