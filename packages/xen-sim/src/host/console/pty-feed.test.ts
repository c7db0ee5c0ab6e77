import { expect, jest, test } from '@jest/globals';
import { PtyFeed } from './pty-feed.ts';

/** A reader that takes so many bytes, and then no more until it is told to. */
class Reader {
  got = Buffer.alloc(0);
  room: number;

  constructor(room: number) {
    this.room = room;
  }

  write(bytes: Uint8Array): number {
    const taken = bytes.subarray(0, this.room);
    this.got = Buffer.concat([this.got, taken]);
    this.room -= taken.length;
    return taken.length;
  }
}

test('what there is no room for comes later, in order', () => {
  jest.useFakeTimers();
  const reader = new Reader(4);
  using feed = new PtyFeed(reader);
  feed.write('abcdef');
  feed.write('gh');
  expect(reader.got.toString()).toBe('abcd');
  reader.room = 100;
  jest.advanceTimersByTime(250);
  expect(reader.got.toString()).toBe('abcdefgh');
  expect(jest.getTimerCount()).toBe(0); // an idle console costs nothing
  feed.write('i');
  expect(reader.got.toString()).toBe('abcdefghi');
});

test('the latest 1 MiB is kept while there is no reader', () => {
  jest.useFakeTimers();
  const reader = new Reader(0);
  using feed = new PtyFeed(reader);
  feed.write('old');
  for (let index = 0; index < 20; index += 1) feed.write(String(index % 10).repeat(2 ** 16));
  reader.room = Infinity;
  jest.advanceTimersByTime(250);
  expect(reader.got.length).toBe(2 ** 20);
  expect(reader.got.toString('latin1', 0, 1)).toBe('4');
  expect(reader.got.toString('latin1').at(-1)).toBe('9');
});
