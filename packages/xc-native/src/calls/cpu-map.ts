import type { Libxc } from '../libxc.ts';

/** A map of the processors of this host, of which none is set. */
export function emptyMap(libxc: Libxc): Buffer {
  return Buffer.alloc(libxc.call('xc_get_cpumap_size', [libxc.xch]));
}

/** The numbers of the bits that are set, the lowest bit of the first byte being 0. */
export function cpusOf(map: Uint8Array): number[] {
  return Array.from({ length: map.length * 8 }, (_, cpu) => cpu).filter(
    (cpu) => ((map[cpu >> 3] ?? 0) & (1 << (cpu & 7))) !== 0,
  );
}

/** A number behind the last processor has no bit: without any other, Xen refuses the map. */
export function mapOf(libxc: Libxc, cpus: readonly number[] | undefined): Buffer | null {
  if (cpus === undefined) return null;
  const map = emptyMap(libxc);
  for (const cpu of cpus) {
    const byte = map[cpu >> 3];
    if (byte !== undefined) map[cpu >> 3] = byte | (1 << (cpu & 7));
  }
  return map;
}
