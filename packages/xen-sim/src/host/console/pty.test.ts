import { expect, test } from '@jest/globals';
import { constants, openSync } from 'node:fs';
import { once } from 'node:events';
import { ReadStream, WriteStream } from 'node:tty';
import { openPty } from './pty.ts';

const end = (path: string, flags: number): number => openSync(path, flags | constants.O_NOCTTY);

test('carries bytes both ways as they are, and never blocks', async () => {
  using pty = await openPty();
  const typed = Promise.withResolvers<string>();
  pty.onData((bytes) => typed.resolve(bytes.toString()));
  expect(pty.write(Buffer.from('hello\n'))).toBe(6);
  let taken = 0;
  for (let more = 1; more > 0; taken += more) more = pty.write(Buffer.alloc(4096, 'x'));
  expect(taken).toBeLessThan(200_000); // and here we are again, without a reader

  const reader = new ReadStream(end(pty.path, constants.O_RDONLY));
  const [first] = (await once(reader, 'data')) as [Buffer];
  expect(first.toString('latin1', 0, 8)).toBe('hello\nxx');
  const writer = new WriteStream(end(pty.path, constants.O_WRONLY));
  writer.write('typed\r\u0003');
  expect(await typed.promise).toBe('typed\r\u0003');
  reader.destroy();
  writer.destroy();
});

test('its end is seen at the other end', async () => {
  const pty = await openPty();
  const reader = new ReadStream(end(pty.path, constants.O_RDONLY));
  const ended = once(reader, 'close');
  reader.on('error', () => undefined).resume();
  pty[Symbol.dispose]();
  await ended;
});
