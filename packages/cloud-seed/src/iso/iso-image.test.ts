import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readDisc } from '../testing/read-disc.ts';
import { isoImage } from './iso-image.ts';

const at = new Date('2026-11-30T12:34:56.780Z');

/** Names that differ in more than ISO 9660 leaves of them. */
const names = fc.uniqueArray(fc.stringMatching(/^[a-z0-9]{1,26}$/), { maxLength: 80 });
const files = names.chain((all) =>
  fc
    .array(fc.uint8Array({ maxLength: 5000 }), { minLength: all.length, maxLength: all.length })
    .map((contents) => all.map((name, index) => ({ name, content: contents[index] ?? new Uint8Array() }))),
);

test('a reader of ISO 9660 finds every file with its name and its contents', () => {
  fc.assert(
    fc.property(files, fc.stringMatching(/^[a-z]{1,32}$/), (wanted, label) => {
      const read = readDisc(isoImage({ label, at, files: wanted }));
      expect(read.label).toBe(label);
      const found = Object.fromEntries([...read.files].map(([name, bytes]) => [name, bytes.toString('hex')]));
      expect(found).toEqual(
        Object.fromEntries(wanted.map(({ name, content }) => [name, Buffer.from(content).toString('hex')])),
      );
    }),
  );
});

test('names with hyphens and capitals stay as they are, and equal discs are equal bytes', () => {
  const content = Buffer.from('x');
  const disc = { label: 'cidata', at, files: [{ name: 'User-Data.v1', content }] };
  expect([...readDisc(isoImage(disc)).files.keys()]).toEqual(['User-Data.v1']);
  expect(isoImage(disc)).toEqual(isoImage(disc));
});

test.each([
  ['a path', ['../x']],
  ['no name', ['']],
  ['the folder itself', ['.']],
  ['two that only Rock Ridge can tell apart', ['a-b', 'a_b']],
])('refuses %s', (_, bad) => {
  const all = bad.map((name) => ({ name, content: new Uint8Array() }));
  expect(() => isoImage({ label: 'cidata', at, files: all })).toThrow(RangeError);
});

test('refuses a label that does not fit', () => {
  expect(() => isoImage({ label: 'x'.repeat(33), at, files: [] })).toThrow(RangeError);
});
