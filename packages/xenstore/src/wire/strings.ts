/** A string as the wire wants it: with a NUL behind it. */
export function nulTerminated(text: string | number | bigint): Buffer {
  return Buffer.from(`${text}\0`);
}

/** The strings of a payload that is a row of NUL-terminated strings. */
export function splitStrings(payload: Uint8Array): string[] {
  const strings = Buffer.from(payload).toString().split('\0');
  if (strings.at(-1) === '') strings.pop(); // what is behind the last NUL
  return strings;
}
