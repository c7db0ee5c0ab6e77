import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseAnswer } from './parse-answer.ts';

const text = fc.string({ unit: 'grapheme', maxLength: 40 }).map((value) => value.replaceAll('\0', ''));
const path = text.map((value) => `/var/lib/xen/${value}`);
const LIMIT = 65_536;

test('what pygrub writes is read', () => {
  fc.assert(
    fc.property(path, fc.option(path), fc.option(text), (kernel, ramdisk, args) => {
      const items = [
        `kernel ${kernel}`,
        ...(ramdisk === null ? [] : [`ramdisk ${ramdisk}`]),
        ...(args === null ? [] : [`args ${args}`]),
      ];
      expect(parseAnswer(items.map((item) => `${item}\0`).join(''), LIMIT)).toEqual({
        answer: { kernel, cmdline: (args ?? '').trimStart(), ...(ramdisk === null ? {} : { ramdisk }) },
      });
    }),
  );
});

test('anything else is read or refused', () => {
  const shreds = fc.array(fc.constantFrom('kernel', 'ramdisk', 'args', ' ', '\0', '\n', '/k', 'é'));
  fc.assert(
    fc.property(
      shreds.map((parts) => parts.join('')),
      (output) => {
        const read = parseAnswer(output, LIMIT);
        if ('why' in read) expect(read.why).toMatch(/^its answer /);
        else expect(read.answer.kernel).not.toBe('');
      },
    ),
  );
});

test.each([
  ['', 'its answer names none'],
  ['args quiet\0', 'its answer names none'],
  ['kernel \0', 'its answer names none'],
  ['kernel\0', 'its answer names none'],
  // A command line of the guest with a NUL in it.
  ['kernel /k\0args quiet\0kernel /etc/shadow\0', 'its answer has two of kernel'],
  [`kernel /k\0args ${'x'.repeat(LIMIT)}\0`, 'its answer is longer than 65536 bytes'],
])('%j is no answer', (output, why) => {
  expect(parseAnswer(output, LIMIT)).toEqual({ why });
});

test('as with libxl: any blanks, the last NUL may be missing, and other items mean nothing', () => {
  expect(parseAnswer('(linux)\0kernel \t/k\0bootargs x\0args  a b ', LIMIT)).toEqual({
    answer: { kernel: '/k', cmdline: 'a b ' },
  });
});
