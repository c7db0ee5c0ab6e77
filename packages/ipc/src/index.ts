/**
 * What processes that talk in lines share: the lines, cut out of whatever chunks arrive, none longer than a limit.
 *
 * @example
 * ```ts
 * const cutter = new LineCutter(4096, () => new Error('a message never ends'));
 * socket.on('data', (chunk) => {
 *   for (const line of cutter.push(chunk)) receive(JSON.parse(line.toString()));
 * });
 * ```
 *
 * @packageDocumentation
 */
export { LineCutter } from './line-cutter.ts';
