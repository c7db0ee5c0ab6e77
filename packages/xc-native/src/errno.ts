import { constants } from 'node:os';

const NAMES = new Map(Object.entries(constants.errno).map(([name, number]) => [number, name]));

/** "ENOMEM" for 12; undefined for 0, which is no error and must never be printed as a cause. */
export function errnoName(errno: number): string | undefined {
  return errno === 0 ? undefined : (NAMES.get(errno) ?? `errno ${errno}`);
}
