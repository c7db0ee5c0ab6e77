import type { TransferTimeouts } from '@vm-tools/libxfr';
import type { LobbyLimits } from '@vm-tools/libxfr/receiver';
import type { Credentials } from '@vm-tools/trust';
import type { EncodedBandwidth } from '../config/bandwidth.ts';
import type { ListenAddress } from '../config/listen-address.ts';
import type { User } from './process/find-user.ts';

/** The settings that the keeper sends to the receiver whenever one has changed. */
export interface ReceiverSettings {
  readonly maxConcurrent: number;
  readonly maxPerPeer: number;
  readonly connections: LobbyLimits;
  readonly bandwidth: EncodedBandwidth;
  readonly credentials: Credentials | undefined;
}

/** The settings that it gets once, before it does anything. */
export interface FirstSettings extends ReceiverSettings {
  /** the user that it has to become; unchanged if undefined */
  readonly user: User | undefined;
  readonly listen: readonly ListenAddress[];
  /** of those that systemd has opened, which come instead */
  readonly sockets: number;
  /** whether behind them comes the one for `vm-migrate list|status|cancel|set`; the last is that of images */
  readonly hasControl: boolean;
  readonly timeouts: Partial<TransferTimeouts>;
  /** what this host takes itself for */
  readonly hostId: string | undefined;
}
