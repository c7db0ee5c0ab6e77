import { expect, test } from '@jest/globals';
import { formatJournalName, JOURNAL_FOLDER, parseJournalName } from './name.ts';

const id = '0123456789abcdef'.repeat(2);
const uuid = '0f0e0d0c-0b0a-0908-0706-050403020100';

test('a name tells which transfer it is, and of which guest', () => {
  expect(formatJournalName({ id, uuid })).toBe(`${id}.${uuid}.jsonl`);
  expect(parseJournalName(`${id}.${uuid}.jsonl`)).toEqual({ id, uuid });
  expect(parseJournalName(`${id}.jsonl`)).toEqual({ id, uuid: undefined });
});

test.each([
  `x${id}.${uuid}.jsonl`,
  `${id}x.${uuid}.jsonl`,
  `${id.slice(1)}.${uuid}.jsonl`,
  `${id.toUpperCase()}.${uuid}.jsonl`,
  `${id}.${uuid.toUpperCase()}.jsonl`,
  `${id}..jsonl`,
  `${id}.${uuid}.jsonl.new`,
  `${id}.${uuid}`,
  `${id}.${uuid}xjsonl`,
  `${id}-${uuid}.jsonl`,
  'locks',
])('%s is no journal', (name) => {
  expect(parseJournalName(name)).toBeUndefined();
});

test('all tools of a host look in one place', () => {
  expect(JOURNAL_FOLDER).toBe('/var/lib/vm-tools/transfers');
});
