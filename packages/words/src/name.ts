/** With what is put before and behind it a name has to be one of a file, for which 255 bytes are all there are. */
export const MAX_NAME_BYTES = 200;

/**
 * Letters, marks, digits, punctuation and symbols of any script, and the plain blank. It is made where a name is looked
 * at, because Node makes the set of all of them then.
 */
const isSeen = (text: string): boolean =>
  /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]*$/u.test(text) && !/[\p{Default_Ignorable_Code_Point}\u2800]/u.test(text);
/** Shells and xargs take them for something else than a letter. */
const FORBIDDEN = /["'`\\]/;

/**
 * Why something new must not be called that: "must …", or undefined for a name. What is there already, made by xl
 * perhaps, may be called anything: it is shown by `shown`, and addressed by its number.
 */
export function nameProblem(text: string): string | undefined {
  if (text.trim() === '') return 'must not be empty';
  if (!isSeen(text)) return 'must not contain characters that cannot be seen';
  if (text !== text.trim()) return 'must not begin or end with a blank';
  if (text.includes('/')) return 'must not contain "/"';
  if (FORBIDDEN.test(text)) return 'must not contain quotes or backslashes';
  if (text.startsWith('-')) return 'must not begin with "-", it would be taken for an option';
  if (/^\p{M}/u.test(text)) return 'must not begin with a mark that belongs to a letter before it';
  if (text === '.' || text === '..') return 'must not be the name of a folder';
  if (text !== text.normalize('NFC')) return 'must be in the composed form of Unicode (NFC)';
  if (Buffer.byteLength(text) > MAX_NAME_BYTES) return `must not be longer than ${MAX_NAME_BYTES} bytes`;
  return undefined;
}
