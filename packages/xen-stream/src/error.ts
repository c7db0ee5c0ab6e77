import { VmToolsError, type VmToolsErrorInit } from '@vm-tools/errors';

/** The faults of a stream. */
export type StreamErrorCode =
  | 'STREAM_TRUNCATED' // the bytes end before the stream does
  | 'STREAM_CORRUPT' // it is one of our formats, and breaks its rules
  | 'STREAM_FOREIGN' // it is something else
  | 'STREAM_UNSUPPORTED' // well formed, but nothing that we restore
  | 'STREAM_TOO_LARGE'; // beyond a limit that bounds our memory

/** A place in a stream. */
export interface StreamPlace {
  /** bytes from the beginning of the input */
  readonly offset: number;
  /** name of the record or header */
  readonly record: string;
  /** counted from 0 behind the headers; undefined for a header */
  readonly recordIndex?: number;
}

const HINTS: Readonly<Record<StreamErrorCode, string>> = {
  STREAM_TRUNCATED: 'the file or connection ended too early: save or transfer the domain again',
  STREAM_CORRUPT: 'the bytes were damaged on their way or on disk: save or transfer the domain again',
  STREAM_FOREIGN: 'only what `xl save` of Xen 4.6 or newer or these tools wrote can be read',
  STREAM_UNSUPPORTED: 'restore it with the toolstack that wrote it',
  STREAM_TOO_LARGE: 'if the domain really is that large, raise the limit',
};

/** The failure of a stream: kind `corrupt`, with the place in its details and in its sentence. */
export function streamError(
  code: StreamErrorCode,
  problem: string,
  place: StreamPlace,
  more?: Pick<VmToolsErrorInit, 'hint' | 'cause'>,
): VmToolsError {
  const { offset, record, recordIndex } = place;
  const subject = recordIndex === undefined ? record : `${record} record ${recordIndex}`;
  return new VmToolsError({
    code,
    kind: 'corrupt',
    message: `${subject} at byte ${offset}: ${problem}`,
    hint: HINTS[code],
    details: { ...place },
    ...more,
  });
}

/** `streamError('STREAM_CORRUPT', …)`: by far the most frequent one. */
export function corrupt(problem: string, place: StreamPlace): VmToolsError {
  return streamError('STREAM_CORRUPT', problem, place);
}
