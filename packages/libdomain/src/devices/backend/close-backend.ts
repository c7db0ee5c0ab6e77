import type { Host } from '../../host.ts';
import type { Device } from '../nodes/list-devices.ts';
import { isServed } from '../qemu/serves.ts';
import { awaitState, isClosed, xenbus } from './xenbus.ts';

const BACKEND_LIMIT_MS = 10_000;

/**
 * Makes a backend with states of xenbus close, of a domain that will not run again: the frontend goes at once. It is
 * waited for; one that does not answer in time loses its nodes all the same, and notices when it looks for them.
 */
export async function closeBackend(host: Host, device: Device, signal?: AbortSignal): Promise<void> {
  const { frontend, backend } = device;
  const path = `${backend}/state`;
  const isClosing = await host.store.transaction(async (tx) => {
    await tx.rm(frontend);
    if (isClosed(await tx.read(path))) return false;
    await tx.write(`${backend}/online`, '0');
    await tx.write(path, xenbus('closing'));
    return true;
  });
  if (!isClosing || !(await isServed(host, device))) return;
  const wait = { timeoutMs: BACKEND_LIMIT_MS, signal, what: `the backend ${backend} to close` };
  await awaitState(host, device, { end: 'backend', suits: isClosed }, wait);
}
