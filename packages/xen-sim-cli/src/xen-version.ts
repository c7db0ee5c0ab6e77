import type { SimulatedHostOptions } from '@vm-tools/xen-sim';

/** @throws TypeError for what is no version of Xen */
export function xenVersionOf(text: string): NonNullable<SimulatedHostOptions['xenVersion']> {
  const [, major, minor, extra] = /^(4)\.(\d{1,2})((?:\.\d{1,2})?(?:-\w{1,8})?)$/.exec(text) ?? [];
  if (major === undefined || minor === undefined || extra === undefined)
    throw new TypeError('a version of Xen is written like 4.20.4');
  return { major: Number(major), minor: Number(minor), extra };
}
