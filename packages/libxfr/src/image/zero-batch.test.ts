import { expect, test } from '@jest/globals';
import { MAX_ZEROS } from '../protocol/messages.ts';
import { ZeroBatch } from './zero-batch.ts';

function held(): {
  readonly zeros: ZeroBatch;
  readonly sent: number[];
  readonly next: () => Promise<unknown>;
} {
  const sent: number[] = [];
  let next = Promise.withResolvers<unknown>();
  const zeros = new ZeroBatch(
    async (bytes) => {
      sent.push(bytes);
      next.resolve(undefined);
    },
    (thrown) => next.reject(thrown),
  );
  return { zeros, sent, next: () => (next = Promise.withResolvers()).promise };
}

test('small pieces go as one frame, at once when it is full', async () => {
  const { zeros, sent } = held();
  for (let piece = 0; piece < 20; piece += 1) await zeros.add(MAX_ZEROS / 16);
  expect(sent).toEqual([MAX_ZEROS]);
  await zeros.flush();
  await zeros.flush();
  expect(sent).toEqual([MAX_ZEROS, MAX_ZEROS / 4]);
});

test('what nothing comes after goes by itself, a little later', async () => {
  const { zeros, sent, next } = held();
  const gone = next();
  await zeros.add(4096);
  await zeros.add(4096);
  expect(sent).toEqual([]);
  await gone;
  expect(sent).toEqual([8192]);
});

test('what is dropped does not go', async () => {
  const { zeros, sent } = held();
  await zeros.add(4096);
  zeros.drop();
  await zeros.flush();
  expect(sent).toEqual([]);
});

test('a failure is reported, with a caller that waits or without', async () => {
  const failed = Promise.withResolvers<unknown>();
  const zeros = new ZeroBatch(() => Promise.reject(new Error('no more')), failed.resolve);
  await expect(zeros.add(MAX_ZEROS)).rejects.toThrow('no more');
  await zeros.add(1);
  expect(await failed.promise).toMatchObject({ message: 'no more' });
});
