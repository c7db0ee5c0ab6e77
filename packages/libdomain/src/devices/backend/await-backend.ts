import { VmToolsError } from '@vm-tools/errors';
import type { Host } from '../../host.ts';
import type { Device } from '../nodes/list-devices.ts';
import { awaitState, xenbus } from './xenbus.ts';

/** As libxl has it (LIBXL_INIT_TIMEOUT). */
const INIT_LIMIT_MS = 10_000;

const TAKEN: readonly (string | undefined)[] = [
  xenbus('init-wait'),
  xenbus('initialised'),
  xenbus('connected'),
];

/**
 * Waits until the driver of a backend has taken notice of it, which is before any guest has.
 *
 * @throws DOMAIN_DEVICE_NO_BACKEND of kind timeout, with the states of both ends
 */
export async function awaitBackend(
  host: Host,
  device: Device,
  hint: string,
  signal: AbortSignal,
): Promise<void> {
  const { kind, id, backend } = device;
  const missed = await awaitState(
    host,
    device,
    { end: 'backend', suits: (state) => TAKEN.includes(state) },
    { timeoutMs: INIT_LIMIT_MS, signal, what: `the backend of ${kind} ${id}` },
  );
  if (missed === undefined) return;
  const states = await missed.states();
  throw new VmToolsError({
    code: 'DOMAIN_DEVICE_NO_BACKEND',
    kind: 'timeout',
    message: `no backend has taken ${kind} ${id} within ${INIT_LIMIT_MS / 1000} s: its state is ${states.backendState}, the frontend's is ${states.frontendState}`,
    hint,
    details: { backend, ...states },
    cause: missed.late,
  });
}
