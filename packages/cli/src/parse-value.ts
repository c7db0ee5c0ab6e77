/** `--timeout 2.5`: seconds on the command line, milliseconds in the program. */
export function parseSeconds(text: string): number {
  const seconds = Number(text);
  if (text.trim() === '' || !Number.isFinite(seconds) || seconds <= 0) {
    throw new TypeError('a number of seconds above 0 is needed');
  }
  return Math.ceil(seconds * 1000);
}
