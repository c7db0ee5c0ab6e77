const UNITS_KIB: Readonly<Record<string, number>> = { kib: 1, mib: 1024, gib: 1024 ** 2, tib: 1024 ** 3 };

/** KiB of a size such as "256MiB" or "1 GiB"; undefined if it is none. A bare number counts MiB, as in xl.cfg. */
export function parseMemorySize(text: string): number | undefined {
  const match = /^(\d{1,15}) ?(kib|mib|gib|tib)?$/i.exec(text.trim());
  if (match === null) return undefined;
  return Number(match[1]) * (UNITS_KIB[(match[2] ?? 'mib').toLowerCase()] as number);
}

/** The shortest form that `parseMemorySize` or a JSON configuration reads back: a number of MiB if it is whole. */
export function formatMemorySize(kib: number): number | string {
  return kib % 1024 === 0 ? kib / 1024 : `${kib}KiB`;
}

/** A size as people write it: "512M", "512 MB", "1.5GiB". */
const SIZE = /^(\d{1,12}(?:\.\d{1,6})?) ?([kmgt])(?:i?b)?$/i;

/** Whether it has a unit, where xl.cfg has none. */
export function looksLikeSize(text: string): boolean {
  return SIZE.test(text);
}

/** The probable meaning of a size with a unit, MiB; undefined if that is no whole number of them. */
export function meantMib(text: string): number | undefined {
  const [, amount, unit = ''] = SIZE.exec(text.trim()) ?? [];
  const mib = (Number(amount) * (UNITS_KIB[`${unit.toLowerCase()}ib`] ?? NaN)) / 1024;
  return Number.isInteger(mib) && mib > 0 ? mib : undefined;
}
