import { VmToolsError, messageOf } from '@vm-tools/errors';

/**
 * The framing between a process and its helper: one JSON value a line, in both directions. JSON escapes newlines,
 * so a newline is always an end. 64-bit numbers travel as strings. The limit leaves ample room for the ACPI tables
 * of a guest, the largest thing that is ever sent, and bounds what a helper gone wild can make its parent keep.
 */
export const LONGEST_LINE_BYTES = 1 << 20;

const NEWLINE = 0x0a;

/** @throws VmToolsError XEN_HELPER_PROTOCOL when it is longer than the other side would take */
export function encodeLine(value: unknown): Buffer {
  const line = Buffer.from(`${JSON.stringify(value)}\n`);
  if (line.length > LONGEST_LINE_BYTES) throw protocolError(`a message of ${line.length} bytes is too long`);
  return line;
}

/** Cuts whatever chunks arrive into values again. */
export class LineDecoder {
  #parts: Buffer[] = [];
  #length = 0;

  /**
   * @returns the values whose lines this chunk completes
   * @throws VmToolsError XEN_HELPER_PROTOCOL
   */
  push(chunk: Buffer): unknown[] {
    const values: unknown[] = [];
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      this.#keep(chunk.subarray(start, end));
      values.push(parse(Buffer.concat(this.#parts).toString('utf8')));
      this.#parts = [];
      this.#length = 0;
      start = end + 1;
    }
    this.#keep(chunk.subarray(start));
    return values;
  }

  #keep(part: Buffer): void {
    this.#length += part.length;
    if (this.#length >= LONGEST_LINE_BYTES) throw protocolError('a message never ends');
    if (part.length > 0) this.#parts.push(Buffer.from(part));
  }
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch (error) {
    throw protocolError(`a message is not JSON (${messageOf(error)})`);
  }
}

export function protocolError(what: string): VmToolsError {
  return new VmToolsError({
    code: 'XEN_HELPER_PROTOCOL',
    message: `the helper process: ${what}`,
    hint: 'this looks like a defect of vm-tools: please report it',
  });
}
