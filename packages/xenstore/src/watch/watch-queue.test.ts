import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { WatchQueue } from './watch-queue.ts';

const drain = (queue: WatchQueue): string[] => {
  const paths: string[] = [];
  for (let path = queue.shift(); path !== undefined; path = queue.shift()) paths.push(path);
  return paths;
};

test('keeps the order, and each path once', () => {
  const queue = new WatchQueue('/x');
  for (const path of ['/x', '/x/b', '/x/a', '/x/b', '/x']) queue.push(path);
  expect(drain(queue)).toEqual(['/x', '/x/b', '/x/a']);
  queue.push('/x/b');
  expect(drain(queue)).toEqual(['/x/b']);
});

test('holds no more than its limit, and loses no news', () => {
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 20 })), fc.integer({ min: 1, max: 8 }), (names, limit) => {
      const queue = new WatchQueue('/x', limit);
      for (const name of names) queue.push(`/x/${name}`);
      const paths = drain(queue);
      expect(paths.length).toBeLessThanOrEqual(limit);
      const isTold = (name: number): boolean => paths.includes('/x') || paths.includes(`/x/${name}`);
      expect(names.every(isTold)).toBe(true);
    }),
  );
});
