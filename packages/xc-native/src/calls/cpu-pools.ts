import { VmToolsError } from '@vm-tools/errors';
import { StructView } from '../abi/struct-view.ts';
import type { Libxc } from '../libxc.ts';
import { SCHEDULERS, type CpuPool, type SchedulerName } from '../xen.ts';
import { cpusOf, emptyMap } from './cpu-map.ts';

/** XC_CPUPOOL_POOLID_ANY */
const ANY_POOL = 0xffff_ffff;

/** Xen gives the pool with the lowest number from a given one on; behind the last there is none. */
export function readCpuPools(libxc: Libxc): CpuPool[] {
  const pools: CpuPool[] = [];
  for (let next = 0; ;) {
    const pool = readCpuPool(libxc, next);
    if (pool === undefined) return pools;
    pools.push(pool);
    next = pool.id + 1;
  }
}

/** The pool with that number, or the next one behind it. */
export function readCpuPool(libxc: Libxc, from: number): CpuPool | undefined {
  const { xch, native, layouts } = libxc;
  const length = emptyMap(libxc).length;
  let address;
  try {
    address = libxc.call('xc_cpupool_getinfo', [xch, from]);
  } catch (thrown) {
    if (thrown instanceof VmToolsError && thrown.details['errnoName'] === 'ENOENT') return undefined;
    throw thrown;
  }
  try {
    const layout = layouts.xc_cpupoolinfo_t;
    const info = new StructView(layout, native.view(address, layout.size));
    return {
      id: info.get('cpupool_id'),
      scheduler: SCHEDULERS[info.get('sched_id')] ?? 'unknown',
      domains: info.get('n_dom'),
      cpus: cpusOf(native.view(info.get('cpumap'), length)),
    };
  } finally {
    native.functions.xc_cpupool_infofree(xch, address);
  }
}

/** The processors that are in no pool. */
export function readFreeCpus(libxc: Libxc): number[] {
  const { length } = emptyMap(libxc);
  const map = libxc.call('xc_cpupool_freeinfo', [libxc.xch]);
  try {
    return cpusOf(libxc.native.view(map, length));
  } finally {
    libxc.native.functions.free(map);
  }
}

export function createCpuPool(libxc: Libxc, scheduler: SchedulerName): number {
  const id = Buffer.alloc(4);
  id.writeUInt32LE(ANY_POOL);
  libxc.call('xc_cpupool_create', [libxc.xch, id, SCHEDULERS.indexOf(scheduler)]);
  return id.readUInt32LE();
}
