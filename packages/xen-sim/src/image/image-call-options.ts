import type { LongCallOptions } from '@vm-tools/xc-native';
import type { ErrnoName } from '../machine/strerror.ts';

export interface ImageCallOptions extends LongCallOptions {
  /** The stream breaks with this errno once so many bytes of it have gone by. */
  readonly failAfter?: { readonly afterBytes: number; readonly errno: ErrnoName };
}
