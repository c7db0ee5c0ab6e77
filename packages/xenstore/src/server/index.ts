/**
 * A xenstored in memory that speaks the wire protocol, to dom0 and to guests: for tests and simulated hosts.
 *
 * @example
 * ```ts
 * const xenstored = new MemoryXenstored();
 * const store = await connectXenstore({ stream: xenstored.connect() });
 * await store.introduceDomain(5, 0xfeffcn, 1);
 * const guest = await connectXenstore({ stream: xenstored.connect(5) });
 * ```
 *
 * @packageDocumentation
 */
export { encodeMessage, MESSAGE_TYPE, MessageDecoder } from '../wire/message.ts';
export type { Message } from '../wire/message.ts';
export { MemoryXenstored } from './memory-xenstored.ts';
export type { MemoryXenstoredOptions } from './memory-xenstored.ts';
export type { RequestHook, StoreRequest } from './request-hook.ts';
