/**
 * Calls between processes of one machine, in lines of JSON: none longer than a limit, errors as they were thrown.
 *
 * @example
 * ```ts
 * const decoder = new LineDecoder(4096, broken);
 * socket.on('data', (chunk) => {
 *   for (const message of decoder.push(chunk)) receive(message);
 * });
 * socket.write(encodeLine({ error: encodeError(thrown) }, 4096, broken));
 * ```
 *
 * @packageDocumentation
 */
export { incomingBytes, outgoingBytes } from './call-bytes.ts';
export { Channel, type ChannelOptions } from './channel.ts';
export { decodeError, encodeError, isErrorBody, type ErrorBody } from './error-body.ts';
export { readHello, writeHello, type HelloOptions } from './hello.ts';
export { encodeLine, LineDecoder, type Broken } from './json-lines.ts';
export { toJson } from './json.ts';
export { LineCutter } from './line-cutter.ts';
export { PendingCalls, type Answer, type MessageOfCall, type PendingCall } from './pending-calls.ts';
export { ServedCalls } from './served-calls.ts';
