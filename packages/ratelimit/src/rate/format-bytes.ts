const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const;

/** A number of bytes for people, in IEC units: "512 B", "1.5 GiB", "264 MiB". */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  // Rounding comes before the choice of the unit: 1023.9 KiB reads "1 MiB", not "1024 KiB".
  while (round(value) >= 1024 && unit < UNITS.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${round(value)} ${UNITS[unit]}`;
}

/** One decimal below ten, none above: readers compare sizes, they do not add them up. */
function round(value: number): number {
  return value < 9.95 ? Math.round(value * 10) / 10 : Math.round(value);
}
