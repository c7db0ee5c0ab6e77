import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Host } from '../../host.ts';
import { pressDebugKeys } from './xen-log.ts';

/** A Xen with a ring of so many bytes, which answers a key with these lines. */
function hostWith(ringBytes: number, old: readonly string[], answer: readonly string[]): Pick<Host, 'xen'> {
  let text = old.map((line) => `${line}\n`).join('');
  const xen = {
    readconsolering: () => Promise.resolve(text.slice(-ringBytes)),
    sendDebugKeys: () => {
      text += answer.map((line) => `${line}\n`).join('');
      return Promise.resolve();
    },
  };
  return { xen } as unknown as Pick<Host, 'xen'>;
}

const ANSWER = ["(XEN) 'h' pressed -> help", '(XEN) key a', '(XEN) key b'];

test.each<[string, number, readonly string[]]>([
  ['that is empty', 1000, []],
  ['with room', 1000, ['(XEN) boot', '(XEN) more']],
  ['with the same answer in it', 1000, ['(XEN) boot', ...ANSWER]],
  ['that loses whole lines', 66, ['(XEN) boot', '(XEN) more']],
  ['that loses a part of a line', 71, ['(XEN) boot', '(XEN) more']],
])('of a ring %s only what is new is given', async (_what, bytes, old) => {
  expect(await pressDebugKeys(hostWith(bytes, old, ANSWER), 'h')).toEqual(ANSWER);
});

test('whatever is in the ring, no new line that is still there is missing', async () => {
  const lines = fc.array(fc.stringMatching(/^[a-c]{1,4}$/), { maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(lines, lines, fc.integer({ min: 60, max: 200 }), async (old, more, bytes) => {
      const answer = ["'h' pressed", ...more];
      const told = await pressDebugKeys(hostWith(bytes, old, answer), 'h');
      expect(told.slice(-answer.length)).toEqual(answer);
    }),
  );
});
