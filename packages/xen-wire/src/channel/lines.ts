import { messageOf } from '@vm-tools/errors';
import { LineCutter } from '@vm-tools/ipc';
import { protocolError } from './errors.ts';
import { fromJson, toJson } from './json.ts';

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

/**
 * Cuts lines out of chunks; one that is too long is XEN_WIRE_PROTOCOL.
 *
 * @param longestBytes of a line, its end included
 */
export function lineCutter(longestBytes: number): LineCutter {
  return new LineCutter(longestBytes, () => protocolError('a message never ends'));
}
