import type { Dom0 } from '../dom0.ts';
import { runBootloader } from './bootloader/run-bootloader.ts';
import { deviceCounters } from './device-counters.ts';
import { flush, hasBridge, lookAt, lookAtProgram } from './look-at.ts';
import { detachLoop, listLoops, lookAtLoop } from './loops.ts';
import { endQemu, isQemu, listQemus, startQemu } from './qemu.ts';
import { qmp } from './qmp.ts';
import { runScript } from './run-script.ts';

/** This machine, as the control domain of a Xen host. */
export function nativeDom0(): Dom0 {
  return {
    lookAt,
    lookAtProgram,
    hasBridge,
    deviceCounters: () => deviceCounters(),
    runScript,
    runBootloader,
    flush,
    lookAtLoop: (path) => lookAtLoop(path),
    listLoops: () => listLoops(),
    detachLoop: (loop) => detachLoop(loop),
    startQemu,
    isQemu,
    listQemus,
    endQemu,
    qmp,
  };
}
