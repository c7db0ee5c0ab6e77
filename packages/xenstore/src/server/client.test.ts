import { once } from 'node:events';
import { duplexPair } from 'node:stream';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { WireClient } from '../testing/wire-client.ts';
import { encodeMessage, MESSAGE_TYPE, MessageDecoder } from '../wire/message.ts';
import { MemoryXenstored } from './memory-xenstored.ts';

test.each([
  ['a length that no message has', Buffer.alloc(16, 0xff)],
  ['a web page', Buffer.from('GET / HTTP/1.1\r\nHost: xenstore\r\n\r\n')],
])('a client that sends %s is dropped, and no other', async (_what, bytes) => {
  const xenstored = new MemoryXenstored();
  const stream = xenstored.connect();
  stream.on('error', () => undefined).resume();
  stream.write(bytes);
  await once(stream, 'close');
  expect((await new WireClient(xenstored.connect()).ask('READ', ['/tool'])).reply).toBe('');
});

test('any message has a reply', async () => {
  const xenstored = new MemoryXenstored();
  const word = fc.constantFrom('/', '/a', '/a/b', '@x', '', 'n0', 'T', 'F', '0', '1', '-1', 'ö', '/tool');
  const payload = fc.oneof(
    fc.array(word).map((words) => Buffer.from(words.map((text) => `${text}\0`).join(''))),
    fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
  );
  const message = fc.record({
    type: fc.integer({ min: 0, max: 25 }),
    requestId: fc.nat(),
    transactionId: fc.constantFrom(0, 0, 1, 2),
    payload,
  });
  await fc.assert(
    fc.asyncProperty(fc.array(message, { maxLength: 30 }), async (messages) => {
      const stream = xenstored.connect();
      stream.end(Buffer.concat(messages.map(encodeMessage)));
      const decoder = new MessageDecoder();
      const replies: number[] = [];
      for await (const chunk of stream) {
        for (const { type, requestId } of decoder.push(chunk as Buffer)) {
          if (type !== MESSAGE_TYPE.WATCH_EVENT) replies.push(requestId);
        }
      }
      expect(replies).toEqual(messages.map(({ requestId }) => requestId));
    }),
  );
});

test('an event that has not been fetched is not sent again', async () => {
  const xenstored = new MemoryXenstored();
  const [ours, theirs] = duplexPair({ highWaterMark: 64 });
  xenstored.serve(theirs);
  const payload = Buffer.from('/a\0token\0');
  ours.write(encodeMessage({ type: MESSAGE_TYPE.WATCH, requestId: 1, transactionId: 0, payload }));
  await once(ours, 'readable');
  const writer = new WireClient(xenstored.connect());
  for (let index = 0; index < 100; index += 1) {
    for (const path of ['/a', '/a/b']) await writer.ask('WRITE', [path, String(index)]);
  }
  const events = new Map<string, number>();
  const decoder = new MessageDecoder();
  ours.end();
  for await (const chunk of ours) {
    for (const { type, payload: event } of decoder.push(chunk as Buffer)) {
      if (type !== MESSAGE_TYPE.WATCH_EVENT) continue;
      events.set(event.toString(), (events.get(event.toString()) ?? 0) + 1);
    }
  }
  expect([...events.keys()]).toEqual(['/a\0token\0', '/a/b\0token\0']);
  expect(Math.max(...events.values())).toBeLessThan(5); // those that were on their way already
});
