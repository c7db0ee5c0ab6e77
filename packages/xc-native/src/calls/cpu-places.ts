import { StructView } from '../abi/struct-view.ts';
import type { Libxc } from '../libxc.ts';
import type { CpuPlace } from '../xen.ts';

/** XEN_INVALID_NODE_ID, of a processor that is not there. Core and socket may be so of one that is, on old processors. */
const NOWHERE = 0xffff_ffff;

/** Asked with no room, Xen tells how many there may be; the last ones may be offline. */
export function readCpuPlaces(libxc: Libxc): CpuPlace[] {
  const { xch, layouts } = libxc;
  const count = Buffer.alloc(4);
  libxc.call('xc_cputopoinfo', [xch, count, null]);
  const { size } = layouts.xc_cputopo_t;
  const places = Buffer.alloc(count.readUInt32LE() * size);
  libxc.call('xc_cputopoinfo', [xch, count, places]);
  return Array.from({ length: Math.min(count.readUInt32LE(), places.length / size) }, (_, cpu) => {
    const place = new StructView(layouts.xc_cputopo_t, places.subarray(cpu * size, (cpu + 1) * size));
    return { cpu, node: place.get('node') };
  }).filter(({ node }) => node !== NOWHERE);
}
