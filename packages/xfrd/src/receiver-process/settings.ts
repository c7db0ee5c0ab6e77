import type { TransferTimeouts } from '@vm-tools/libxfr';
import { formatSchedule, parseSchedule } from '@vm-tools/ratelimit';
import type { Credentials } from '@vm-tools/trust';
import type { BandwidthSettings, Settings } from '../config/settings.ts';
import type { ListenAddress } from '../listen-address.ts';
import type { User } from './find-user.ts';

/** What the receiver is told by its keeper, at first and whenever something of it has changed. */
export interface ReceiverSettings {
  /** whom it has to become; itself if undefined. Only looked at the first time, as what follows up to `timeouts` */
  readonly user: User | undefined;
  /** of the socket on which it is called for images */
  readonly feedPath: string;
  readonly listen: readonly ListenAddress[];
  /** of those that systemd has opened, which come instead */
  readonly sockets: number;
  /** whether behind them comes the one for `vm-migrate list|status|cancel|set` */
  readonly hasControl: boolean;
  readonly timeouts: Partial<TransferTimeouts>;
  readonly maxConcurrent: number;
  /** as `parseSchedule` reads them: infinity is no JSON */
  readonly bandwidth: Readonly<Record<keyof BandwidthSettings, string>>;
  readonly credentials: Credentials | undefined;
}

export function encodeBandwidth({
  host,
  peer,
  transfer,
}: Settings['bandwidth']): ReceiverSettings['bandwidth'] {
  return { host: formatSchedule(host), peer: formatSchedule(peer), transfer: formatSchedule(transfer) };
}

export function decodeBandwidth({ host, peer, transfer }: ReceiverSettings['bandwidth']): BandwidthSettings {
  return { host: parseSchedule(host), peer: parseSchedule(peer), transfer: parseSchedule(transfer) };
}
