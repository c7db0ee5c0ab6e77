/**
 * Messages between processes of one machine, in lines of JSON: lines, none longer than a limit, and errors as they were
 * thrown. A helper process needs no more, and starts fast for it; calls are in `@vm-tools/ipc/calls`.
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
export { decodeError, encodeError, isErrorBody, type ErrorBody } from './error-body.ts';
export { encodeLine, LineDecoder, type Broken } from './json-lines.ts';
export { toJson } from './json.ts';
