import { duplexPair, type Duplex } from 'node:stream';
import { buffer, text } from 'node:stream/consumers';
import { expect, test } from '@jest/globals';
import { incomingBytes, outgoingBytes } from './call-bytes.ts';

const failure = new Error('the call has failed');
const lost = (): Error => new Error('the connection broke');

/** A call with a connection for its bytes, which is still to come. */
function call(): {
  near: Duplex;
  far: Duplex;
  arrive: () => void;
  data: Promise<Duplex>;
  done: PromiseWithResolvers<unknown>;
} {
  const [near, far] = duplexPair();
  for (const end of [near, far]) end.on('error', () => undefined);
  const { promise: data, resolve } = Promise.withResolvers<Duplex>();
  const done = Promise.withResolvers<unknown>();
  done.promise.catch(() => undefined);
  return { near, far, arrive: () => resolve(near), data, done };
}

test('bytes that come end when the call has succeeded, and not before', async () => {
  const { far, arrive, data, done } = call();
  const said = text(incomingBytes(data, done.promise));
  let isOver = false;
  void said.then(() => (isOver = true));
  far.end('all of it');
  arrive();
  for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate);
  expect(isOver).toBe(false);
  done.resolve(undefined);
  expect(await said).toBe('all of it');
});

test('bytes that come fail with the cause, whether there is a connection or not', async () => {
  for (const hasConnection of [true, false]) {
    const { far, arrive, data, done } = call();
    const bytes = incomingBytes(data, done.promise, lost);
    if (hasConnection) arrive();
    far.end('half');
    done.reject(failure);
    await expect(buffer(bytes)).rejects.toBe(failure);
  }
});

test('a connection that breaks is told when the call knows of no cause', async () => {
  const { near, arrive, data, done } = call();
  const bytes = incomingBytes(data, done.promise, lost);
  arrive();
  done.resolve(undefined);
  const read = buffer(bytes);
  near.destroy();
  await expect(read).rejects.toThrow('the connection broke');
});

test('a reader that gives up before the connection is there closes it', async () => {
  const { near, arrive, data, done } = call();
  incomingBytes(data, done.promise).destroy();
  const closed = new Promise((resolve) => near.once('close', resolve));
  arrive();
  await closed;
});

test('bytes that go finish when the call has, and fail with its cause', async () => {
  const { far, arrive, data, done } = call();
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

  const other = call();
  const idle = outgoingBytes(other.data, other.done.promise);
  const failed = new Promise((resolve) => idle.once('error', resolve));
  other.done.reject(failure);
  expect(await failed).toBe(failure);
});
