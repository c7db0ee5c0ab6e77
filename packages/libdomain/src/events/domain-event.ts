import type { ShutdownReason } from '@vm-tools/xc-native';

/** What can happen to a domain, in the order of a life. */
export const DOMAIN_EVENT_TYPES = [
  'created',
  'arriving',
  'started',
  'paused',
  'unpaused',
  'asked',
  'answered',
  'suspended',
  'resumed',
  'shut-down',
  'crashed',
  'dying',
  'gone',
  'renamed',
  'memory-target',
  'device-added',
  'device-state',
  'device-removed',
] as const;

/** The type of an event. */
export type DomainEventType = (typeof DOMAIN_EVENT_TYPES)[number];

/** A request of a toolstack to a guest; "other" is one that these tools do not know. */
export type GuestRequest = 'poweroff' | 'reboot' | 'suspend' | 'halt' | 'crash' | 'other';

/** The domain of an event. */
export interface ChangedDomain {
  readonly domid: number;
  readonly uuid: string;
  /** The name that it has now, or had last; empty for one that has none. */
  readonly name: string;
}

/** A device of a domain. */
export interface EventDevice {
  /** As xenstore calls it: "vbd", "vif", … */
  readonly kind: string;
  readonly id: string;
}

/** How far both ends of a device have come, in the words of xenbus: "connected"; "absent", or "other" if it is none. */
export interface EventDeviceStates {
  readonly frontendState: string;
  readonly backendState: string;
}

/** Something that has become different between two looks at a host. */
export type DomainChange = ChangedDomain &
  (
    | {
        /** It is there, paused, and has not run yet, as far as no further event says more. */
        readonly type: 'created';
        /** The memory with which its guest is asked to make do, KiB, if its toolstack has written it already. */
        readonly targetKib?: number;
      }
    | {
        /** It is being brought here: from a peer, or without `from` out of a file. */
        readonly type: 'arriving';
        /** The address of the peer, where that is known. */
        readonly from?: string;
      }
    | { readonly type: 'started' | 'paused' | 'unpaused' | 'suspended' | 'resumed' | 'dying' | 'gone' }
    | { readonly type: 'shut-down' | 'crashed'; readonly reason: ShutdownReason }
    | { readonly type: 'asked' | 'answered'; readonly request: GuestRequest }
    | {
        readonly type: 'renamed';
        /** The name before. */
        readonly from: string;
      }
    | {
        readonly type: 'memory-target';
        /** KiB */
        readonly targetKib: number;
        /** The one before, KiB, if there was one. */
        readonly fromKib?: number;
      }
    | ({ readonly type: 'device-added' | 'device-state' } & EventDevice & EventDeviceStates)
    | ({ readonly type: 'device-removed' } & EventDevice)
  );

/** Something that has happened to a domain. */
export type DomainEvent = DomainChange & {
  /** When it was seen, ISO 8601. */
  readonly time: string;
  /** It was so when the watching began. */
  readonly initial?: true;
};
