/**
 * Calls between processes of one machine, over a connection that stays: its first words, and then calls with numbers,
 * in lines of JSON. Bytes that go with a call have connections of their own.
 *
 * @example
 * ```ts
 * const calls = new PendingCalls<Question>();
 * const channel = new Channel(connection, { sendBytes: 1 << 20, receiveBytes: 1 << 20, broken });
 * channel.open(
 *   (message) => calls.receive(check(message)),
 *   (cause) => calls.lose(lost(cause)),
 * );
 * using call = calls.open();
 * channel.send({ type: 'call', id: call.id, call: 'domainPause', args: [7] });
 * await call.answer;
 * ```
 *
 * @packageDocumentation
 */
export { Channel, type ChannelOptions } from './channel.ts';
export { readHello, writeHello, type HelloOptions } from './hello.ts';
export { incomingBytes, noBytes, takeBytes } from './incoming-bytes.ts';
export { KeptSocket } from './kept-socket.ts';
export { outgoingBytes } from './outgoing-bytes.ts';
export { PendingCalls, type Answer, type MessageOfCall, type PendingCall } from './pending-calls.ts';
export { ServedCalls } from './served-calls.ts';
