import { VmToolsError, messageOf } from '@vm-tools/errors';
import { LineCutter } from '@vm-tools/ipc';

/**
 * The framing between a process and its helper: one JSON value a line, in both directions. JSON escapes newlines,
 * so a newline is always an end. 64-bit numbers travel as strings. The limit leaves ample room for the ACPI tables
 * of a guest, the largest thing that is ever sent, and bounds what a helper gone wild can make its parent keep.
 */
export const LONGEST_LINE_BYTES = 1 << 20;

/** @throws VmToolsError XEN_HELPER_PROTOCOL when it is longer than the other side would take */
export function encodeLine(value: unknown): Buffer {
  const line = Buffer.from(`${JSON.stringify(value)}\n`);
  if (line.length > LONGEST_LINE_BYTES) throw protocolError(`a message of ${line.length} bytes is too long`);
  return line;
}

/** Cuts whatever chunks arrive into values again. */
export class LineDecoder {
  readonly #cutter = new LineCutter(LONGEST_LINE_BYTES, () => protocolError('a message never ends'));

  /**
   * @returns the values whose lines this chunk completes
   * @throws VmToolsError XEN_HELPER_PROTOCOL
   */
  push(chunk: Buffer): unknown[] {
    return this.#cutter.push(chunk).map(parse);
  }
}

function parse(line: Buffer): unknown {
  try {
    return JSON.parse(line.toString());
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
