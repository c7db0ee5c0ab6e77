import type { TransferTimeouts } from '@vm-tools/libxfr';
import type { encodeBandwidth } from './bandwidth.ts';
import type { Settings } from './settings.ts';

/** What the configuration file and the command line mean together. */
export interface Meaning extends Pick<Settings, 'insecure' | 'maxConcurrent' | 'maxPerPeer' | 'connections'> {
  /** null when it is not there */
  readonly file: string | null;
  /** addresses */
  readonly listen: readonly string[];
  readonly bandwidth: ReturnType<typeof encodeBandwidth>;
  readonly timeouts: Pick<
    TransferTimeouts,
    'firstByteMs' | 'handshakeMs' | 'inactivityMs' | 'answerMs' | 'leaseMs'
  >;
  /** where they are read; null for nowhere */
  readonly metrics: string | null;
  /** of the process that reads what peers send; null for the one of the package */
  readonly user: string | null;
}
