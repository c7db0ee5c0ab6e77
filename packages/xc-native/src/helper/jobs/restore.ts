import type { VmToolsError } from '@vm-tools/errors';
import { StructView } from '../../abi/struct-view.ts';
import { applyCpuPolicy } from '../../calls/cpu-policy.ts';
import type { Libxc } from '../../libxc.ts';
import type { RestoreSpec, RingFrames } from '../../xen.ts';
import { NO_FD, PLAIN_STREAM } from './save.ts';

/** XGR_SDD_MISSING_CPUID (xenguest.h) */
const MISSING_CPUID = 1 << 0;
const ULONG_BYTES = 8;

/** xc_domain_restore from a socket, which must block. */
export function restoreDomain(libxc: Libxc, domid: number, spec: RestoreSpec, fd: number): RingFrames {
  const { native, layouts } = libxc;
  let policyError: unknown;

  // Images from before Xen 4.14 carry no CPU policy: such a guest must find what its old host gave it.
  const staticDataDone = native.callback('static_data_done', (missing) => {
    try {
      if ((missing & MISSING_CPUID) !== 0) applyCpuPolicy(libxc, domid, { restore: true });
      return 0;
    } catch (error) {
      policyError = error;
      return -1;
    }
  });
  const callbacks = native.alloc(layouts.restore_callbacks.size);
  new StructView(layouts.restore_callbacks, callbacks.bytes).set('static_data_done', staticDataDone.address);
  const frames = native.alloc(2 * ULONG_BYTES);
  const [storeAt, consoleAt] = [frames.address, frames.address + BigInt(ULONG_BYTES)];

  try {
    libxc.call(
      'xc_domain_restore',
      [
        libxc.xch,
        fd,
        domid,
        spec.storePort,
        storeAt,
        spec.storeDomid,
        spec.consolePort,
        consoleAt,
        spec.consoleDomid,
        PLAIN_STREAM,
        callbacks.address,
        NO_FD,
      ],
      domid,
    );
    return {
      storeFrame: frames.bytes.readBigUInt64LE(0),
      consoleFrame: frames.bytes.readBigUInt64LE(ULONG_BYTES),
    };
  } catch (error) {
    throw (policyError as VmToolsError | undefined) ?? error;
  } finally {
    staticDataDone.release();
    callbacks.free();
    frames.free();
  }
}
