import type { Libxc } from '../libxc.ts';
import type { XenVersion } from '../xen.ts';

/** XENVER_version: the result itself is major << 16 | minor. */
const VERSION = 0;
/** XENVER_extraversion: char[16] */
const EXTRA_VERSION = 1;

/** The version of the running hypervisor, from the hypervisor. */
export function readVersion(libxc: Libxc): XenVersion {
  const packed = libxc.call('xc_version', [libxc.xch, VERSION, null]);
  const extra = Buffer.alloc(16);
  libxc.call('xc_version', [libxc.xch, EXTRA_VERSION, extra]);
  const end = extra.indexOf(0);
  return {
    major: packed >>> 16,
    minor: packed & 0xffff,
    extra: extra.toString('latin1', 0, end === -1 ? extra.length : end),
  };
}
