import { expect, test } from '@jest/globals';
import { nextOf, type Next, type Standing } from './next.ts';

const SAVED = [undefined, 'saving', 'saved', 'used'] as const;
const HERE = ['absent', 'half-made', 'whole'] as const;
const all: Standing[] = SAVED.flatMap((saved) =>
  HERE.flatMap((here) =>
    [true, false].flatMap((hasImage) =>
      [true, false].map((startsWithHost) => ({ saved, here, hasImage, startsWithHost })),
    ),
  ),
);

const MAKES_ANOTHER: readonly Next[] = ['restore', 'create'];

test('a guest that is here whole is never made a second time', () => {
  for (const standing of all.filter(({ here }) => here === 'whole'))
    expect(MAKES_ANOTHER).not.toContain(nextOf(standing));
});

test('an image is used only when its guest has ended behind it, and has not run since', () => {
  const using = all.filter((standing) => nextOf(standing) === 'restore');
  expect(using.every(({ saved, hasImage, here }) => saved === 'saved' && hasImage && here !== 'whole')).toBe(
    true,
  );
  expect(using).toHaveLength(4);
});

test('a guest that went down with its host, or starts with it, runs in the end', () => {
  for (const standing of all.filter(({ saved, startsWithHost }) => saved !== undefined || startsWithHost))
    if (standing.here !== 'whole') expect(nextOf(standing)).not.toBe('nothing');
});

test('others are left as they are', () => {
  for (const standing of all.filter(({ saved, startsWithHost }) => saved === undefined && !startsWithHost))
    expect(nextOf(standing)).toBe('nothing');
});
