const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const OPENING = new Set([0x5b, 0x7b]);
const CLOSING = new Set([0x5d, 0x7d]);

/** A configuration of libxl has five levels. JSON.parse takes any depth, but code that walks its result does not. */
const DEEPEST = 64;

/**
 * Small values take twenty times the memory of their text, and V8 does not collect that soon. A configuration of libxl
 * with a hundred devices has some thousand values.
 */
const MOST_VALUES = 2 ** 14;

/**
 * Parses the JSON of a frame or a line; undefined, which no schema takes, when it is no JSON, is nested too deeply, or
 * has too many values.
 *
 * @param clean given each string in it, but no name of a field. @default as they are
 */
export function parseJson(payload: Buffer, clean?: (text: string) => string): unknown {
  if (isTooMuch(payload)) return undefined;
  const revive = (_: string, value: unknown): unknown => (typeof value === 'string' ? clean?.(value) : value);
  try {
    return JSON.parse(payload.toString('utf8'), clean && revive);
  } catch {
    return undefined;
  }
}

function isTooMuch(text: Buffer): boolean {
  let depth = 0;
  let values = 1;
  let isString = false;
  for (let at = 0; at < text.length; at += 1) {
    const byte = text[at] as number;
    if (byte === QUOTE) isString = !isString;
    else if (byte === BACKSLASH) at += 1;
    else if (isString) continue;
    else if (OPENING.has(byte)) depth += 1;
    else if (CLOSING.has(byte)) depth -= 1;
    if (byte === COMMA || OPENING.has(byte)) values += 1;
    if (depth > DEEPEST || values > MOST_VALUES) return true;
  }
  return false;
}
