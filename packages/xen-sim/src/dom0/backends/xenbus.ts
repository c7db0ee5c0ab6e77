/** States of xenbus, as both ends of a device write them. */
export const XENBUS = {
  initialising: '1',
  initWait: '2',
  initialised: '3',
  connected: '4',
  closing: '5',
  closed: '6',
} as const;

export type XenbusState = (typeof XENBUS)[keyof typeof XENBUS];

/** The two ends of a device as its backend finds them; undefined for what is not there. */
export interface BothEnds {
  readonly state: string;
  readonly frontend: string | undefined;
  /** The toolstack wants it: it may be connected again when it has been closed. */
  readonly isOnline: boolean;
}

/** The state that a backend of Linux or qemu goes to next; undefined when there is nothing to do. */
export function nextState({ state, frontend, isOnline }: BothEnds): XenbusState | undefined {
  if (state === XENBUS.initialising) return XENBUS.initWait;
  if (state === XENBUS.closed)
    return frontend === XENBUS.initialising && isOnline ? XENBUS.initWait : undefined;
  if (frontend === undefined || frontend === XENBUS.closed) return XENBUS.closed;
  if (state === XENBUS.closing) return undefined;
  if (frontend === XENBUS.closing) return XENBUS.closing;
  const isReady = frontend === XENBUS.initialised || frontend === XENBUS.connected;
  return state === XENBUS.initWait && isReady ? XENBUS.connected : undefined;
}
