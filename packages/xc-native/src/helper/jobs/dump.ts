import { writeSync } from 'node:fs';
import { VmToolsError } from '@vm-tools/errors';
import { readDomainInfo } from '../../calls/domain-info.ts';
import type { Libxc } from '../../libxc.ts';
import { DATA_FD } from '../messages.ts';
import { dumpFrames } from './dump-frames.ts';
import { CoreHead } from './core-head.ts';

const CALL = 'xc_domain_dumpcore_via_callback';
const [STOP, GO_ON] = [-1, 0];

/**
 * A core to the data socket, as xc_domain_dumpcore_via_callback gives it. Of a domain whose frames Xen translates,
 * libxc would map each below 4 GiB by itself, whether there is a page or not, which takes seconds: it only makes the
 * head, and the pages are mapped many at a time, to the same bytes.
 */
export function dumpDomain(libxc: Libxc, domid: number): void {
  const isTranslated = readDomainInfo(libxc, domid)?.isHvmContainer === true;
  if (!isTranslated) {
    callback(libxc, domid, writeAll);
    return;
  }
  const head = new CoreHead();
  try {
    callback(libxc, domid, (bytes) => {
      head.take(bytes);
      return !head.isComplete;
    });
  } catch (thrown) {
    if (!head.isComplete) throw thrown; // else it was told to stop
  }
  if (!writeAll(head.bytes)) throw readerGone(domid);
  if (!dumpFrames(libxc, domid, head, writeAll)) throw readerGone(domid);
}

/** @param take a piece, of up to 16 MiB, which is C's own memory; returns whether to go on */
function callback(libxc: Libxc, domid: number, take: (bytes: Buffer) => boolean): void {
  const { native } = libxc;
  const dumpRtn = native.callback('dump_rtn', (_xch, _arg, buffer, length) => {
    const bytes = buffer === null || length === 0 ? Buffer.alloc(0) : native.view(buffer, length);
    return take(bytes) ? GO_ON : STOP;
  });
  try {
    libxc.callOn(CALL, domid, null, dumpRtn.address);
  } finally {
    dumpRtn.release();
  }
}

/** Node writes no more than 2 GiB at once. */
const MOST_BYTES = 16 << 20;

/** @returns false when the reader has gone */
function writeAll(bytes: Buffer): boolean {
  try {
    for (let at = 0; at < bytes.length;)
      at += writeSync(DATA_FD, bytes, at, Math.min(bytes.length - at, MOST_BYTES));
    return true;
  } catch {
    return false;
  }
}

function readerGone(domid: number): VmToolsError {
  return new VmToolsError({
    code: 'XEN_CALL_FAILED',
    message: `${CALL}: its reader has gone`,
    hint: 'see why what reads the core has ended',
    details: { call: CALL, domid, errnoName: 'EPIPE' },
  });
}
