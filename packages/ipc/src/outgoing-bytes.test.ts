import { text } from 'node:stream/consumers';
import { expect, test } from '@jest/globals';
import { outgoingBytes } from './outgoing-bytes.ts';
import { CALLS } from './testing/call.ts';

const failure = new Error('the call has failed');

test.each(Object.entries(CALLS))(
  'bytes that go by %s finish when the call has, and fail with its cause',
  async (_name, call) => {
    const { far, arrive, data, done } = await call();
    let uses = 0;
    const sink = outgoingBytes(data, done.promise, () => (uses += 1));
    sink.write('some');
    expect(uses).toBe(1);
    arrive();
    const finished = new Promise((resolve) => sink.once('finish', resolve));
    sink.end();
    expect(await text(far)).toBe('some');
    expect(sink.writableFinished).toBe(false);
    done.resolve(undefined);
    await finished;

    const other = await call();
    const idle = outgoingBytes(other.data, other.done.promise);
    const failed = new Promise((resolve) => idle.once('error', resolve));
    other.done.reject(failure);
    expect(await failed).toBe(failure);
  },
);
