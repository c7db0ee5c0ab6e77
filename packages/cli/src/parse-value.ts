/** `--timeout 2.5`: seconds on the command line, milliseconds in the program. */
export function parseSeconds(text: string): number {
  const seconds = Number(text);
  if (text.trim() === '' || !Number.isFinite(seconds) || seconds <= 0) {
    throw new TypeError('a number of seconds above 0 is needed');
  }
  return Math.ceil(seconds * 1000);
}

/** `--max-rounds 10`: a whole number above 0. */
export function parseCount(text: string): number {
  const count = Number(text);
  if (text.trim() === '' || !Number.isSafeInteger(count) || count <= 0)
    throw new TypeError('a whole number above 0 is needed');
  return count;
}
