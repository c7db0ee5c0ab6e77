import { PassThrough, Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { describe, expect, test } from '@jest/globals';
import type { RestoreCall, RingFrames, SaveCall } from '@vm-tools/xc-native';
import { lateRestore, lateSave } from './late-calls.ts';

const frames: RingFrames = { storeFrame: 1n, consoleFrame: 2n };
const cause = new Error('no more memory');
const whenAborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => signal.addEventListener('abort', () => reject(cause)));

describe('lateSave', () => {
  test('passes on all bytes and the end', async () => {
    const begin = Promise.withResolvers<SaveCall>();
    const { stream, done } = lateSave(() => begin.promise);
    const bytes = buffer(stream);
    begin.resolve({
      stream: Readable.from([Buffer.from('head'), Buffer.from('tail')]),
      done: Promise.resolve(),
    });
    expect((await bytes).toString()).toBe('headtail');
    await done;
  });

  test('one that never begins fails with the cause, at both ends', async () => {
    const { stream, done } = lateSave(() => Promise.reject(cause));
    await expect(buffer(stream)).rejects.toBe(cause);
    await expect(done).rejects.toBe(cause);
  });

  test('one that fails on its way fails with the cause', async () => {
    const { stream, done } = lateSave(async () => {
      const inner = new PassThrough();
      inner.write('head');
      inner.destroy(new Error('cut'));
      return { stream: inner, done: Promise.reject(cause) };
    });
    stream.resume();
    await expect(done).rejects.toBe(cause);
  });

  test('is told when the stream is given up before it begins, and cut when later', async () => {
    const early = lateSave(whenAborted);
    early.stream.destroy();
    await expect(early.done).rejects.toBe(cause);

    const inner = new PassThrough();
    const ended = new Promise<void>((_, reject) => inner.once('close', () => reject(cause)));
    const late = lateSave(async () => ({ stream: inner, done: ended }));
    inner.write('head');
    await new Promise((resolve) => late.stream.once('data', resolve));
    late.stream.destroy();
    await expect(late.done).rejects.toBe(cause);
  });
});

describe('lateRestore', () => {
  test('keeps bytes until it begins, and finishes when the restore has', async () => {
    const begin = Promise.withResolvers<RestoreCall>();
    const { sink, done } = lateRestore(() => begin.promise);
    const written = pipeline(Readable.from([Buffer.from('head'), Buffer.from('tail')]), sink);
    const inner = new PassThrough();
    const bytes = buffer(inner);
    begin.resolve({ sink: inner, done: bytes.then(() => frames) });
    expect(await done).toBe(frames);
    expect((await bytes).toString()).toBe('headtail');
    await written;
  });

  test('one that never begins fails with the cause, at both ends', async () => {
    const { sink, done } = lateRestore(() => Promise.reject(cause));
    await expect(pipeline(Readable.from([Buffer.from('head')]), sink)).rejects.toBe(cause);
    await expect(done).rejects.toBe(cause);
  });

  test('one that fails on its way says why, not that its sink is closed', async () => {
    const { sink, done } = lateRestore(async () => {
      const inner = new PassThrough();
      inner.on('error', () => undefined);
      inner.destroy(new Error('cut'));
      return { sink: inner, done: Promise.reject(cause) };
    });
    await expect(pipeline(Readable.from([Buffer.from('head')]), sink)).rejects.toBe(cause);
    await expect(done).rejects.toBe(cause);
  });

  test('is told when the sink is given up before it begins, and cut when later', async () => {
    const early = lateRestore(whenAborted);
    early.sink.destroy();
    await expect(early.done).rejects.toBe(cause);

    const inner = new PassThrough();
    const ended = new Promise<RingFrames>((_, reject) => inner.once('close', () => reject(cause)));
    const late = lateRestore(async () => ({ sink: inner, done: ended }));
    late.sink.write('head');
    await new Promise((resolve) => inner.once('data', resolve));
    late.sink.destroy();
    await expect(late.done).rejects.toBe(cause);
  });
});
