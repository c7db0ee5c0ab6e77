import { messageOf } from '@vm-tools/errors';
import { protocolError } from './errors.ts';
import { fromJson, toJson } from './json.ts';

const NEWLINE = 0x0a;

/** @throws VmToolsError XEN_WIRE_PROTOCOL when it is longer than the other side would take */
export function encodeLine(value: unknown, longestBytes: number): Buffer {
  const line = Buffer.from(`${toJson(value)}\n`);
  if (line.length > longestBytes) {
    throw protocolError(
      `a message of ${line.length} bytes is longer than the ${longestBytes} that may be sent`,
    );
  }
  return line;
}

/** @throws VmToolsError XEN_WIRE_PROTOCOL */
export function decodeLine(line: Buffer): unknown {
  try {
    return fromJson(line.toString());
  } catch (error) {
    throw protocolError(`a message is not JSON (${messageOf(error)})`);
  }
}

/** Cuts whatever chunks arrive into lines again, and keeps no more than the longest of them. */
export class LineCutter {
  readonly #longestBytes: number;
  #parts: Buffer[] = [];
  #bytes = 0;

  constructor(longestBytes: number) {
    this.#longestBytes = longestBytes;
  }

  /**
   * @returns the lines that this chunk completes, without their ends
   * @throws VmToolsError XEN_WIRE_PROTOCOL
   */
  push(chunk: Buffer): Buffer[] {
    const lines: Buffer[] = [];
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      this.#keep(chunk.subarray(start, end));
      lines.push(this.takeRest());
      start = end + 1;
    }
    this.#keep(chunk.subarray(start));
    return lines;
  }

  /** What has come behind the last line. */
  takeRest(): Buffer {
    const rest = Buffer.concat(this.#parts);
    this.#parts = [];
    this.#bytes = 0;
    return rest;
  }

  #keep(part: Buffer): void {
    this.#bytes += part.length;
    if (this.#bytes >= this.#longestBytes) throw protocolError('a message never ends');
    if (part.length > 0) this.#parts.push(Buffer.from(part)); // a copy: the part may be a crumb of a large chunk
  }
}
