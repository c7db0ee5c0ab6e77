import type { Ports, RingFrames } from '@vm-tools/xc-native';
import type { DomainConfig } from '../config/schema.ts';
import type { Host } from '../host.ts';
import type { Device } from './nodes/list-devices.ts';

/**
 * A kind of device: which ones a domain has, the nodes of each, and what is to be done when one comes and when one
 * goes. `all.ts` has them in the order in which they are plugged in.
 */
export interface DeviceKind {
  /** As xenstore calls it where its frontend and the toolstack's copy stand: "console", "vbd", "vif". */
  readonly name: string;
  /** Those that a domain of this configuration has: by a key of it, or because each domain has one. */
  readonly of: (config: DomainConfig) => readonly PlannedDevice[];
  /**
   * The part of one that goes into an image. "nothing": each domain has one like it. "config": its description, by which
   * a restored domain gets it anew.
   */
  readonly saved: 'nothing' | 'config';
  /** Why a domain cannot be saved with one as it is now: a clause, and what to do. @default it can */
  readonly whyNotSaved?: (
    host: Host,
    device: Device,
  ) => Promise<{ readonly why: string; readonly hint: string } | undefined>;
  /** The work after its nodes are there: waiting for the backend, a script. When it rejects the device is unplugged. */
  readonly plug?: (host: Host, device: Device, signal: AbortSignal) => Promise<void>;
  /** The state that it must have before the domain is handed over, when all else has been made. */
  readonly ready?: Readiness;
  /** Makes the backend let go of it, whatever state it is in. The nodes are removed next. */
  readonly unplug: (host: Host, device: Device, signal?: AbortSignal) => Promise<void>;
}

/** One device of a domain that is to be made. */
export interface PlannedDevice {
  /** decimal; unique among those of its kind: "0", "51712" */
  readonly id: string;
  /** The name of the step that plugs it in. */
  readonly name: string;
  /** one clause for `--dry-run` */
  readonly about: string;
  /** name or number of the driver domain that serves it. @default dom0 */
  readonly backend?: string | undefined;
  readonly nodes: (domain: PlacedDomain) => DeviceNodes;
}

/** A device whose nodes depend on nothing in its domain: it can come while that runs. */
export interface PluggableDevice extends PlannedDevice {
  readonly nodes: () => DeviceNodes;
}

/** A domain that has its memory and its event channels by now. */
export interface PlacedDomain {
  readonly domid: number;
  readonly ports: Ports;
  readonly frames: RingFrames;
}

/** Names and values of nodes, in the order in which they are written. */
export type Entries = Readonly<Record<string, string>>;

/** The nodes of one device, without those that each device has. */
export interface DeviceNodes {
  /** @default `/local/domain/<domid>/device/<kind>/<id>` */
  readonly frontendPath?: string;
  /** The owner of the frontend's folder. The other may read it. */
  readonly frontendOwner: 'guest' | 'backend';
  /** besides `backend` and `backend-id`: what the guest may change */
  readonly frontend: Entries;
  /** besides those: what the guest may read */
  readonly readOnly: Entries;
  /** as the backend calls it: that of a vbd may be "qdisk" */
  readonly backendKind: string;
  /** besides `frontend`, `frontend-id`, `online` and `state` */
  readonly backend: Entries;
}

/** The condition for which a device is waited for. */
export interface Readiness {
  readonly about: string;
  readonly wait: (host: Host, domid: number, signal: AbortSignal) => Promise<void>;
}
