import { VmToolsError } from '@vm-tools/errors';
import type { Host } from '../../host.ts';
import type { Device } from '../nodes/list-devices.ts';

/** As libxl has it (LIBXL_INIT_TIMEOUT). */
const INIT_LIMIT_MS = 10_000;

/** XenbusState, by number. */
const STATES = [
  'unknown',
  'initialising',
  'init-wait',
  'initialised',
  'connected',
  'closing',
  'closed',
  'reconfiguring',
  'reconfigured',
] as const;
const INIT_WAIT = 2;
const CONNECTED = 4;

/** A state of xenbus in words: "connected" for "4". */
export function stateName(state: string | undefined): string {
  return state === undefined ? 'absent' : (STATES[Number(state)] ?? `state ${state}`);
}

/**
 * Waits until the driver of a backend has taken notice of it, which is before any guest has.
 *
 * @throws DOMAIN_DEVICE_NO_BACKEND of kind timeout, with the states of both ends
 */
export async function awaitBackend(
  { store }: Host,
  { kind, id, backend, frontend }: Device,
  hint: string,
  signal: AbortSignal,
): Promise<void> {
  const path = `${backend}/state`;
  const isReady = async (): Promise<true | undefined> => {
    const state = Number(await store.read(path));
    return state >= INIT_WAIT && state <= CONNECTED ? true : undefined;
  };
  try {
    await store.waitFor(path, isReady, {
      timeoutMs: INIT_LIMIT_MS,
      signal,
      what: `the backend of ${kind} ${id}`,
    });
  } catch (thrown) {
    if (!(thrown instanceof VmToolsError) || thrown.code !== 'XENSTORE_TIMEOUT') throw thrown;
    const [back, front] = [await store.read(path), await store.read(`${frontend}/state`)].map(stateName);
    throw new VmToolsError({
      code: 'DOMAIN_DEVICE_NO_BACKEND',
      kind: 'timeout',
      message: `no backend has taken ${kind} ${id} within ${INIT_LIMIT_MS / 1000} s: its state is ${back}, the frontend's is ${front}`,
      hint,
      details: { backend, backendState: back, frontendState: front },
      cause: thrown,
    });
  }
}
