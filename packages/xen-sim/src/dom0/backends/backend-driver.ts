import type { StoreAccess } from '@vm-tools/xenstore';

/** One device of a guest, for the driver of its backend. */
export interface BackendPlace {
  readonly domid: number;
  readonly id: string;
  /** of the backend's nodes */
  readonly path: string;
  readonly store: Pick<StoreAccess, 'read'>;
}

export type BackendNodes = Readonly<Record<string, string>>;

/** What one kind of backend does at the changes of state that all of them have. */
export interface BackendDriver {
  /** as its folder is called: "vbd" */
  readonly kind: string;
  /** as rules of faults call it: "backend.vbd" */
  readonly fault: string;
  /** There is a new device. @returns nodes to be written with state 2; undefined to stay silent */
  readonly probe: (place: BackendPlace) => Promise<BackendNodes | undefined>;
  /** Its frontend is ready. @returns nodes to be written with state 4; undefined while the backend is not */
  readonly connect: (place: BackendPlace) => Promise<BackendNodes | undefined>;
  /** Nothing of the guest is in use any more. */
  readonly disconnect?: (place: BackendPlace) => void;
  /** The device is no more. */
  readonly remove?: (place: BackendPlace) => void;
}
