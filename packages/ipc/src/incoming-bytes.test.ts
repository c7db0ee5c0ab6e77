import { buffer, text } from 'node:stream/consumers';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { incomingBytes, takeBytes } from './incoming-bytes.ts';
import { CALLS } from './testing/call.ts';

const failure = new Error('the call has failed');
const lost = (): Error => new Error('the connection broke');

describe.each(Object.entries(CALLS))('bytes that come by %s', (_name, call) => {
  test('end when the call has succeeded, and not before', async () => {
    const { far, arrive, data, done } = await call();
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

  test('fail with the cause, whether there is a connection or not', async () => {
    for (const hasConnection of [true, false]) {
      const { far, arrive, data, done } = await call();
      const bytes = incomingBytes(data, done.promise, lost);
      if (hasConnection) arrive();
      far.end('half');
      done.reject(failure);
      await expect(buffer(bytes)).rejects.toBe(failure);
    }
  });

  test('a connection that breaks is told when the call knows of no cause', async () => {
    const { near, arrive, data, done } = await call();
    const bytes = incomingBytes(data, done.promise, lost);
    arrive();
    done.resolve(undefined);
    const read = buffer(bytes);
    near.destroy();
    await expect(read).rejects.toThrow('the connection broke');
  });

  test('a reader that gives up before the connection is there closes it', async () => {
    const { near, arrive, data, done } = await call();
    incomingBytes(data, done.promise).destroy();
    const closed = new Promise((resolve) => near.once('close', resolve));
    arrive();
    await closed;
  });

  test('taken as they come: the same bytes, however they were written', async () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 300_000 }), { maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(sizes, async (written) => {
        const { far, arrive, data, done } = await call();
        const chunks = written.map((size, at) => Buffer.alloc(size, at + 1));
        const taken: Buffer[] = [];
        const all = takeBytes(incomingBytes(data, done.promise), async (piece) => {
          await new Promise(setImmediate); // its memory stays as it is until then
          taken.push(Buffer.from(piece));
        });
        arrive();
        for (const chunk of chunks) far.write(chunk);
        far.end();
        done.resolve(undefined);
        await all;
        expect(Buffer.concat(taken).equals(Buffer.concat(chunks))).toBe(true);
      }),
      { numRuns: 20 },
    );
  });

  test('whoever takes them hears of the failure of the call, and of its own', async () => {
    const failed = await call();
    const hearing = takeBytes(incomingBytes(failed.data, failed.done.promise), () => undefined);
    failed.arrive();
    failed.far.write('half');
    failed.done.reject(failure);
    await expect(hearing).rejects.toBe(failure);

    const { near, far, arrive, data, done } = await call();
    const full = new Error('the disk is full');
    const bytes = incomingBytes(data, done.promise);
    const taking = takeBytes(bytes, () => Promise.reject(full));
    arrive();
    far.write('some');
    await expect(taking).rejects.toBe(full);
    expect([bytes.destroyed, near.destroyed]).toEqual([true, true]);
  });

  test('destroyed while they are waited for: that is the end of the waiting', async () => {
    const { arrive, data, done } = await call();
    const bytes = incomingBytes(data, done.promise);
    const taking = takeBytes(bytes, () => undefined);
    arrive();
    await new Promise(setImmediate);
    bytes.destroy(failure);
    await expect(taking).rejects.toBe(failure);
    await expect(takeBytes(bytes, () => undefined)).rejects.toBe(failure);
  });
});
