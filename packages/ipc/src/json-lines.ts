import { messageOf, type VmToolsError } from '@vm-tools/errors';
import { fromJson, toJson } from './json.ts';
import { LineCutter } from './line-cutter.ts';

/** The error for a message that is none, is too long, or came where it makes no sense, in a protocol's own words. */
export type Broken = (what: string) => VmToolsError;

/**
 * A value as a line. JSON escapes newlines, so a newline is always an end.
 *
 * @param longestBytes that the other side takes, the end included
 * @throws what `broken` gives when it is longer
 */
export function encodeLine(value: unknown, longestBytes: number, broken: Broken): Buffer {
  const line = Buffer.from(`${toJson(value)}\n`);
  if (line.length <= longestBytes) return line;
  throw broken(`a message of ${line.length} bytes is too long, no more than ${longestBytes} may be sent`);
}

/** Cuts whatever chunks arrive into values again, and keeps no more than the longest line of them. */
export class LineDecoder {
  readonly #cutter: LineCutter;
  readonly #broken: Broken;

  /** @param longestBytes of a line, its end included */
  constructor(longestBytes: number, broken: Broken) {
    this.#cutter = new LineCutter(longestBytes, () => broken('a message never ends'));
    this.#broken = broken;
  }

  /**
   * The values whose lines this chunk completes. All must be taken before the next chunk.
   *
   * @throws what `broken` gives; the decoder is done with then
   */
  *push(chunk: Buffer): Generator<unknown, void> {
    for (const line of this.#cutter.cut(chunk)) yield this.#parse(line);
  }

  #parse(line: Buffer): unknown {
    try {
      return fromJson(line.toString());
    } catch (error) {
      throw this.#broken(`a message is not JSON (${messageOf(error)})`);
    }
  }
}
