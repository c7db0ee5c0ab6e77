const KIB = 1024;
const MIB = KIB ** 2;
const GIB = KIB ** 3;
const UNITS: Readonly<Record<string, number>> = { k: KIB, m: MIB, g: GIB, t: KIB ** 4 };
const SIZE = /^(\d{1,9}(?:\.\d{1,3})?) ?([kmgt])(?:i?b)?$/i;

/** Bytes of a size such as "20G", "512MiB" or "1.5T", in units of 1024; undefined if it is none of whole MiB. */
export function parseSize(text: string): number | undefined {
  const [, amount = '', unit = ''] = SIZE.exec(text.trim()) ?? [];
  const bytes = Number(amount) * (UNITS[unit.toLowerCase()] ?? NaN);
  return Number.isInteger(bytes / MIB) && bytes > 0 ? bytes : undefined;
}

/** A size in the largest unit that leaves few digits: "20 GiB". */
export function formatSize(bytes: number): string {
  const [unit, factor] = bytes >= GIB ? (['GiB', GIB] as const) : (['MiB', MIB] as const);
  return `${Number((bytes / factor).toFixed(2))} ${unit}`;
}
