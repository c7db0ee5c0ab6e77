/**
 * Guests that are only bytes, for tests of what moves them.
 *
 * @packageDocumentation
 */
export { FakeSource } from './fake-source.ts';
export { FakeTarget } from './fake-target.ts';
export { frame } from './raw-peer.ts';
export type { FakeTargetInit } from './fake-target.ts';

// The readers of foreign bytes, for tests that feed them nonsense.
export { decodeJournal, encodeLine } from '../journal/format/lines.ts';
export { Channel } from '../protocol/channel.ts';
export {
  decodeHeader,
  encodeHeader,
  FRAME_TYPES,
  HEADER_BYTES,
  MAX_PAYLOAD_BYTES,
} from '../protocol/frame.ts';
export type { FrameName } from '../protocol/frame.ts';
export { decodeBody, decodeZeros, encodeBody } from '../protocol/messages.ts';
export type { ControlName } from '../protocol/messages.ts';
export {
  decodePreamble,
  encodePreamble,
  newestCommon,
  PREAMBLE_BYTES,
  VERSIONS,
} from '../protocol/preamble.ts';
export { encodeRemoteError, peerError } from '../protocol/remote-error.ts';
export { remoteErrorSchema } from '../protocol/remote-error-schema.ts';
export { DEFAULT_TIMEOUTS } from '../protocol/timeouts.ts';
