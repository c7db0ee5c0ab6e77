import { sizeOf } from '@vm-tools/words';

const KIB = 1024;
const MIB = 1024 ** 2;

/**
 * KiB of a size such as "256MiB", "1 GiB" or "2G"; undefined if it is none. A bare number counts MiB, as in xl.cfg; parts
 * of a KiB are rounded up.
 */
export function parseMemorySize(text: string): number | undefined {
  const bytes = sizeOf(text, { alone: 'MiB', wholeBytes: KIB });
  return bytes === undefined ? undefined : bytes / KIB;
}

/** The shortest form that `parseMemorySize` or a JSON configuration reads back: a number of MiB if it is whole. */
export function formatMemorySize(kib: number): number | string {
  return kib % 1024 === 0 ? kib / 1024 : `${kib}KiB`;
}

/** Whether it has a unit, where xl.cfg has none. */
export function looksLikeSize(text: string): boolean {
  return sizeOf(text) !== undefined;
}

/**
 * The probable meaning of a size with a unit in an xl.cfg, MiB; undefined if that is no whole number of them. As xl
 * counts in MiB, "512MB" is meant to be 512 of them there.
 */
export function meantMib(text: string): number | undefined {
  const mib = (sizeOf(text.trim().replace(/(?<=[kmgt])b$/i, '')) ?? NaN) / MIB;
  return Number.isInteger(mib) && mib > 0 ? mib : undefined;
}
