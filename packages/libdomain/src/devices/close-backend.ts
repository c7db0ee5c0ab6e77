import { VmToolsError } from '@vm-tools/errors';
import type { Host } from '../host.ts';
import { backendPlace } from './backend-place.ts';
import type { Device } from './list-devices.ts';
import { findQemu } from './qemu/find.ts';

const XENBUS_CLOSING = '5';
const XENBUS_CLOSED = '6';
const BACKEND_LIMIT_MS = 10_000;

/** Backends that qemu serves in dom0; there are more of them than these tools plug in, of other toolstacks. */
const OF_QEMU = new Set(['qdisk', '9pfs', 'vfb', 'vkbd', 'qusb', 'vdispl', 'vsnd']);

/** Whether something is there that could answer. A qemu that has ended does not, and need not: its files are closed. */
async function isServed(host: Host, device: Device): Promise<boolean> {
  const { backendDomid, backendKind, domid } = backendPlace(device) ?? {};
  if (backendDomid !== 0 || domid === undefined || !OF_QEMU.has(backendKind ?? '')) return true;
  return (await findQemu(host, domid)) !== undefined;
}

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
