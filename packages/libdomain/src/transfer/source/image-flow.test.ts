import { expect, test } from '@jest/globals';
import { syntheticPvh } from '@vm-tools/xen-stream/testing';
import { flowIntoFile } from './image-flow.ts';

const HEAD = 100;
const stream = Buffer.concat([...syntheticPvh({ pages: 60, absentPfns: 5, rounds: 2, pagesPerRecord: 30 })]);
const file = Buffer.concat([Buffer.alloc(HEAD, 'h'), stream]);

test('a byte that libxc has written is told once, however many look at the file at the same time', async () => {
  let length = HEAD;
  let wrote = 0;
  let pageBatches = 0;
  const flow = flowIntoFile(
    {
      path: '/nowhere',
      write: () => Promise.reject(new Error('libxc writes by itself')),
      read: (into, position) => Promise.resolve(file.copy(into, 0, position, length)),
      size: () => Promise.resolve(length),
      wrote: (bytes) => (wrote += bytes),
      failed: (_errno, cause) => cause as Error,
    },
    HEAD,
    {
      expect: 'pvh',
      control: { signal: new AbortController().signal, onProgress: () => undefined },
      onPageBatch: () => (pageBatches += 1),
    },
  );
  for (length of [HEAD, HEAD + 5000, file.length / 2, file.length]) {
    await Promise.all([flow.arrived(), flow.arrived(), flow.arrived()]);
    expect(wrote).toBe(flow.counts.bytes);
  }
  expect(wrote).toBe(stream.length);
  expect(pageBatches).toBeLessThanOrEqual(4);
});
