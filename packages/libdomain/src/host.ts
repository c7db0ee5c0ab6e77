import type { Xen } from '@vm-tools/xc-native';
import type { Xenstore } from '@vm-tools/xenstore';
import type { Transfers } from './transfers.ts';

/** A Xen host, as every action takes it. */
export interface Host {
  readonly xen: Xen;
  readonly store: Xenstore;
  /** Everything kept on disk lies under it. Usually "/". */
  readonly root: string;
  /** What is known here of guests on their way; `noTransfers` where nobody moves any. */
  readonly transfers: Transfers;
  /** As what this process holds domains, for those who find them held. @default the name of its program */
  readonly command?: string;
}
