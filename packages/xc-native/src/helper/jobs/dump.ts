import { writeSync } from 'node:fs';
import type { Libxc } from '../../libxc.ts';
import { DATA_FD } from '../messages.ts';

const [FAILED, WRITTEN] = [-1, 0];

/** xc_domain_dumpcore_via_callback to the data socket: libxc gives its core piece by piece, of up to 16 MiB. */
export function dumpDomain(libxc: Libxc, domid: number): void {
  const { native } = libxc;
  const write = native.callback('dump_rtn', (_xch, _arg, buffer, length) => {
    if (buffer === null || length === 0) return WRITTEN;
    const bytes = native.view(buffer, length);
    try {
      for (let at = 0; at < length;) at += writeSync(DATA_FD, bytes, at);
      return WRITTEN;
    } catch {
      return FAILED; // the reader has gone
    }
  });
  try {
    libxc.callOn('xc_domain_dumpcore_via_callback', domid, null, write.address);
  } finally {
    write.release();
  }
}
