import type { Crossing, CType } from '../prototypes/ctype.ts';

/**
 * Refuses what C would silently take for something else: koffi turns 2^64 into 0 and -1 into 2^64-1, and a domid
 * that became another domid is the worst of all mistakes.
 * @throws RangeError a mistake of the caller, not of the host
 */
export function guardArguments(name: string, types: readonly CType[], values: readonly unknown[]): void {
  if (values.length !== types.length) {
    throw new RangeError(`${name} takes ${types.length} arguments, not ${values.length}`);
  }
  types.forEach(({ crossing, c }, index) => {
    const range = RANGES[crossing];
    const value = values[index];
    if (range !== undefined && !isWithin(value, range)) {
      throw new RangeError(`${name}: argument ${index + 1} is ${String(value)}, which is no ${c}`);
    }
  });
}

type Range = readonly [lowest: bigint, highest: bigint];

const RANGES: Readonly<Partial<Record<Crossing, Range>>> = {
  int32: [-(2n ** 31n), 2n ** 31n - 1n],
  uint32: [0n, 2n ** 32n - 1n],
  uint64: [0n, 2n ** 64n - 1n],
  int64: [-(2n ** 63n), 2n ** 63n - 1n],
};

function isWithin(value: unknown, [lowest, highest]: Range): boolean {
  const isWhole = typeof value === 'bigint' || (typeof value === 'number' && Number.isSafeInteger(value));
  return isWhole && lowest <= value && value <= highest;
}
