/**
 * The frames of a transfer. Each end first sends a preamble (preamble.ts), then:
 *
 * ```mermaid
 * sequenceDiagram
 *   participant S as source
 *   participant T as target
 *   S->>T: HELLO {id, epoch, offer, host}
 *   alt it cannot be taken
 *     T->>S: REJECT {error}
 *   else
 *     T->>S: ACCEPT {epoch}
 *     loop the image
 *       S->>T: DATA or ZEROS
 *       T->>S: TAKEN {bytes}, since version 4
 *     end
 *     S->>T: EOS {blake2b512, bytes}
 *     Note over T: checks the digest, restores, stays paused, writes "ready"
 *     T->>S: READY {epoch}
 *     Note over S: writes "committed": from now on it never resumes the guest by itself
 *     S->>T: GO {id, epoch}
 *     Note over T: writes "owner", starts it, writes "running"
 *     T->>S: RUNNING {domid, at} or FENCED {error}
 *     Note over S: writes "confirmed" and destroys its copy, or "aborted" and resumes it
 *     S->>T: BYE
 *   end
 *   Note over S,T: PING while nothing else is sent, ABORT {error} from either side until READY
 * ```
 *
 * When the link breaks after READY, the source asks again over a new one, as often as it likes, and the
 * receiver there answers from the journal:
 *
 * ```mermaid
 * sequenceDiagram
 *   participant S as source
 *   participant T as receiver of that host
 *   S->>T: GO {id, epoch}, or STATUS {id, epoch} to ask without wanting anything
 *   T->>S: RUNNING {domid, at} | FENCED {error} | PENDING {error} | UNKNOWN
 *   S->>T: BYE
 * ```
 *
 * A source that only wants to know whether the guest could come asks for that, and nothing happens on either host
 * (since version 3):
 *
 * ```mermaid
 * sequenceDiagram
 *   participant S as source
 *   participant T as target
 *   S->>T: CHECK {id, offer, host}
 *   T->>S: CHECKED {checks}
 * ```
 *
 * A host that asks where a guest is gets what this one knows (since version 5):
 *
 * ```mermaid
 * sequenceDiagram
 *   participant S as any peer
 *   participant T as receiver of that host
 *   S->>T: WHERE {name} or {uuid}
 *   T->>S: HERE {guests}
 * ```
 *
 * A frame is a header of 8 bytes, big-endian (network order), and a payload:
 *
 * ```
 *    0       1       2               4                               8
 *    +-------+-------+---------------+-------------------------------+---------
 *    | type  | flags | reserved, 0   | length of the payload, bytes  | payload
 *    +-------+-------+---------------+-------------------------------+---------
 * ```
 *
 * The payload of DATA is bytes of the image, that of ZEROS the number of bytes that are zero (32 bits, at most 1 MiB),
 * PING has none, all others carry JSON (messages.ts). The digest of EOS is that of all DATA, with a run of zeros replaced
 * by its place in the image and its length, 64 bits each; before version 4 it is that of the image itself. No flag is defined yet: flags and reserved bytes that are set are refused, so that a later version can give them a meaning.
 */
import { VmToolsError } from '@vm-tools/errors';

/** The numbers on the wire. 0 is invalid: memory that was never filled is no frame. */
export const FRAME_TYPES = {
  HELLO: 1,
  ACCEPT: 2,
  REJECT: 3,
  DATA: 4,
  EOS: 5,
  READY: 6,
  GO: 7,
  RUNNING: 8,
  FENCED: 9,
  ABORT: 10,
  PING: 11,
  PENDING: 12,
  UNKNOWN: 13,
  STATUS: 14,
  BYE: 15,
  ZEROS: 16,
  CHECK: 17,
  CHECKED: 18,
  TAKEN: 19,
  WHERE: 20,
  HERE: 21,
} as const;

export type FrameName = keyof typeof FRAME_TYPES;

export const HEADER_BYTES = 8;
/** No payload is longer. A length is checked against this before anything is allocated for it. */
export const MAX_PAYLOAD_BYTES = 2 ** 20;
/** Nor is one that carries JSON; the longest is an error with the last lines of a log, or a configuration. */
export const MAX_CONTROL_BYTES = 2 ** 18;
const ZEROS_BYTES = 4;

const NAMES = new Map<number, FrameName>(
  (Object.keys(FRAME_TYPES) as FrameName[]).map((name) => [FRAME_TYPES[name], name]),
);

export interface FrameHeader {
  readonly name: FrameName;
  /** of the payload, bytes */
  readonly length: number;
}

export function encodeHeader({ name, length }: FrameHeader): Buffer {
  if (length > longestOf(name)) throw protocolError(`a ${name} of ${length} bytes is too long to be sent`);
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt8(FRAME_TYPES[name], 0);
  header.writeUInt32BE(length, 4);
  return header;
}

/** @throws VmToolsError XFR_PROTOCOL of kind peer unless it is a header of ours */
export function decodeHeader(header: Buffer, offset = 0): FrameHeader {
  const type = header.readUInt8(0);
  const name = NAMES.get(type);
  const flags = header.readUInt8(1);
  const reserved = header.readUInt16BE(2);
  const length = header.readUInt32BE(4);
  if (name === undefined) throw protocolError(`${type} is no type of frame`, { offset });
  if (flags !== 0 || reserved !== 0) {
    throw protocolError(`unknown flags are set on a ${name}`, { offset, frame: name });
  }
  if (length > longestOf(name)) {
    throw protocolError(`a ${name} of ${length} bytes is too long`, { offset, frame: name });
  }
  return { name, length };
}

/** of the payload, bytes */
function longestOf(name: FrameName): number {
  if (name === 'DATA') return MAX_PAYLOAD_BYTES;
  if (name === 'ZEROS') return ZEROS_BYTES;
  return name === 'PING' ? 0 : MAX_CONTROL_BYTES;
}

/** The peer said something that is not in the protocol. */
export function protocolError(
  message: string,
  details: Readonly<Record<string, unknown>> = {},
): VmToolsError {
  return new VmToolsError({
    code: 'XFR_PROTOCOL',
    kind: 'peer',
    message: `the transfer protocol was broken: ${message}`,
    hint: 'look at the logs of both hosts; a proxy or another program may have answered',
    details,
  });
}
