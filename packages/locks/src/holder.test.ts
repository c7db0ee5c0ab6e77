import { expect, test } from '@jest/globals';
import { describeHolder, holderNow, parseHolder } from './holder.ts';

const noon = new Date(2026, 10, 29, 12, 0, 0);

test('a holder says who it is and since when', () => {
  const holder = holderNow('vm-save', noon);
  expect(holder).toEqual({ command: 'vm-save', pid: process.pid, since: noon.toISOString() });
  expect(describeHolder(holder, noon)).toBe(`vm-save (pid ${process.pid}) has held it since 12:00:00`);
});

test('and of which day, when that is over', () => {
  const holder = holderNow('vm-save', noon);
  const tomorrow = new Date(2026, 10, 30, 12, 0, 0);
  expect(describeHolder(holder, tomorrow)).toMatch(/since 2026-11-\d\d 12:00:00$/);
  expect(describeHolder(undefined)).toBe('another process holds it');
});

test('what no holder has written names none', () => {
  const good = { command: 'vm-save', pid: 7, since: noon.toISOString() };
  expect(parseHolder(JSON.stringify(good))).toEqual(good);
  for (const wrong of [
    { ...good, pid: '7' },
    { ...good, command: 1 },
    { ...good, since: 'then' },
    { ...good, since: 5 },
    null,
    7,
    [],
  ])
    expect(parseHolder(JSON.stringify(wrong))).toBeUndefined();
  for (const torn of ['', '{"command":"vm', 'x']) expect(parseHolder(torn)).toBeUndefined();
});
