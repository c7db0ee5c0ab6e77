import type { Dom0 } from '@vm-tools/dom0';
import type { Xen } from '@vm-tools/xc-native';
import type { Xenstore } from '@vm-tools/xenstore';
import type { Transfers } from './transfers.ts';

/** A Xen host, as every action takes it. */
export interface Host {
  readonly xen: Xen;
  readonly store: Xenstore;
  /** The work for devices that neither of them does. */
  readonly dom0: Dom0;
  /** Everything kept on disk lies under it. Usually "/". */
  readonly root: string;
  /** The transfers of this host; `noTransfers` where none are made. */
  readonly transfers: Transfers;
  /**
   * The name under which this process holds domains, for tools that find them held. @default the name of its program
   */
  readonly command?: string;
}
