const MIB = 1024 ** 2;
const GIB = 1024 ** 3;

/** A size in the largest unit that leaves few digits: "20 GiB". */
export function formatSize(bytes: number): string {
  const [unit, factor] = bytes >= GIB ? (['GiB', GIB] as const) : (['MiB', MIB] as const);
  return `${Number((bytes / factor).toFixed(2))} ${unit}`;
}
