import type { Xen } from '@vm-tools/xc-native';
import type { Xenstore } from '@vm-tools/xenstore';

/** A Xen host, as every action takes it. */
export interface Host {
  readonly xen: Xen;
  readonly store: Xenstore;
  /** Everything kept on disk lies under it. Usually "/". */
  readonly root: string;
}
