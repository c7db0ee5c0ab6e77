import { Refusal } from '../tree/refusal.ts';

/**
 * The strings of a request that end with a NUL; what is behind the last NUL is none. As bytes, one a character:
 * a token may hold anything.
 */
export function stringsOf(payload: Buffer): string[] {
  return payload.toString('latin1').split('\0').slice(0, -1);
}

/** @throws Refusal EINVAL when the request is anything but one string */
export function onlyString(payload: Buffer): string {
  if (payload.length === 0 || payload.indexOf(0) !== payload.length - 1) throw new Refusal('EINVAL');
  return payload.toString('latin1', 0, payload.length - 1);
}

/** @throws Refusal EINVAL when there are not so many strings */
export function twoStrings(payload: Buffer): [string, string] {
  const [first, second, ...more] = stringsOf(payload);
  if (first === undefined || second === undefined || more.length > 0) throw new Refusal('EINVAL');
  return [first, second];
}
