import { VmToolsError } from '@vm-tools/errors';
import type { Host } from '../../host.ts';
import type { Device } from '../nodes/list-devices.ts';

/** XenbusState (xen/include/public/io/xenbus.h), by number. */
export const XENBUS_STATES = [
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

/** The state of this name, as it stands in xenstore. */
export const xenbus = (name: (typeof XENBUS_STATES)[number]): string => `${XENBUS_STATES.indexOf(name)}`;

/** Whether the state of a backend says that it has let go of its device. One that is gone has, too. */
export function isClosed(state: string | undefined): boolean {
  return state === undefined || state === xenbus('closed');
}

/** What is waited for, and for how long. */
export interface StateWait {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
  readonly what: string;
}

/** The end of a device whose state is waited for, and the states that will do. */
export interface StateWanted {
  readonly end: 'frontend' | 'backend';
  /** May throw what makes it pointless to wait on. */
  readonly suits: (state: string | undefined) => boolean | Promise<boolean>;
}

/** The states of both ends in words. */
export interface StatesInWords {
  /** "connected", "absent" */
  readonly frontendState: string;
  readonly backendState: string;
}

/**
 * Waits for the state of one end of a device.
 *
 * @returns nothing when it has come; when it has not in time, the error of the wait, and a look at both ends
 */
export async function awaitState(
  { store }: Pick<Host, 'store'>,
  device: Pick<Device, 'frontend' | 'backend'>,
  { end, suits }: StateWanted,
  wait: StateWait,
): Promise<{ readonly late: VmToolsError; readonly states: () => Promise<StatesInWords> } | undefined> {
  const path = `${device[end]}/state`;
  try {
    await store.waitFor(path, async () => ((await suits(await store.read(path))) ? true : undefined), wait);
    return undefined;
  } catch (thrown) {
    if (!(thrown instanceof VmToolsError) || thrown.code !== 'XENSTORE_TIMEOUT') throw thrown;
    const inWords = async (of: StateWanted['end']): Promise<string> =>
      stateName(await store.read(`${device[of]}/state`));
    const states = async (): Promise<StatesInWords> => ({
      frontendState: await inWords('frontend'),
      backendState: await inWords('backend'),
    });
    return { late: thrown, states };
  }
}

function stateName(state: string | undefined): string {
  return state === undefined ? 'absent' : (XENBUS_STATES[Number(state)] ?? `state ${state}`);
}
