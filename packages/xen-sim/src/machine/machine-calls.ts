import type { Xen } from '@vm-tools/xc-native';
import type { ShortCallName } from '@vm-tools/xen-wire';

/** The calls that take more than a machine to answer: an image may have brought the CPU policy of another host. */
export type ImageCallName = 'cpuPolicyGetDomain';

/** The short calls of the interface `Xen` as a machine answers them, at once. */
export type MachineCalls = {
  readonly [Name in Exclude<ShortCallName, ImageCallName>]: (
    ...args: Parameters<Xen[Name]>
  ) => Awaited<ReturnType<Xen[Name]>>;
};
