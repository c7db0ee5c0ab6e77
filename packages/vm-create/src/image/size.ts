import { wrongUse } from '@vm-tools/cli';

const KIB = 1024;
const UNITS = { k: KIB, m: KIB ** 2, g: KIB ** 3, t: KIB ** 4 } as const;
const SIZE = /^(\d{1,9}(?:\.\d{1,3})?) ?([kmgt])?(?:i?b)?$/i;

/**
 * Bytes of a size such as "20G", "512MiB" or "1.5T": units of 1024, and whole MiB.
 *
 * @param flag its option, for errors
 * @throws VmToolsError USAGE
 */
export function parseSize(flag: string, text: string): number {
  const [, amount = '', unit] = SIZE.exec(text.trim()) ?? [];
  const bytes = unit === undefined ? NaN : Number(amount) * UNITS[unit.toLowerCase() as keyof typeof UNITS];
  if (Number.isInteger(bytes / UNITS.m) && bytes > 0) return bytes;
  throw wrongUse(
    `${flag}: "${text}" is no size of whole MiB`,
    'write a number and its unit: 512M, 20G, 1.5T',
  );
}

/** A size in the largest unit that leaves few digits: "20 GiB". */
export function formatSize(bytes: number): string {
  const [unit, factor] = bytes >= UNITS.g ? (['GiB', UNITS.g] as const) : (['MiB', UNITS.m] as const);
  return `${Number((bytes / factor).toFixed(2))} ${unit}`;
}
