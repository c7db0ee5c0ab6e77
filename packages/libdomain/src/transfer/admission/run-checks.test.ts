import { expect, test } from '@jest/globals';
import { VmToolsError } from '@vm-tools/errors';
import { refusalOf, runChecks } from './run-checks.ts';

const bad = (code: string) => new VmToolsError({ code, message: `it is ${code}`, hint: 'mend it' });

test('all checks are made, also behind one that fails, one after the other', async () => {
  const order: string[] = [];
  const found = await runChecks(
    [
      {
        name: 'first',
        run: async (subject: string) => {
          await new Promise(setImmediate);
          order.push(`first ${subject}`);
        },
      },
      { name: 'second', run: () => Promise.reject(bad('A')) },
      {
        name: 'third',
        run: () => {
          throw Object.assign(new Error('EIO'), { code: 'EIO' });
        },
      },
      { name: 'fourth', run: () => void order.push('fourth') },
    ],
    'web1',
  );
  expect(order).toEqual(['first web1', 'fourth']);
  expect(found).toMatchObject([
    { name: 'first' },
    { name: 'second', error: { code: 'A' } },
    { name: 'third', error: { code: 'DOMAIN_ACTION_FAILED', hint: 'try again', details: { errno: 'EIO' } } },
    { name: 'fourth' },
  ]);
  expect(found[2]?.error?.message).toBe('the check "third" failed: EIO');
  expect(found[0]).toStrictEqual({ name: 'first' });
});

test('nothing is refused when nothing has failed', () => {
  expect(refusalOf([])).toBeUndefined();
  expect(refusalOf([{ name: 'one' }, { name: 'two' }])).toBeUndefined();
});

test('the first that has failed is the refusal, and tells of the others', () => {
  const one = refusalOf([{ name: 'good' }, { name: 'a', error: bad('A') }]);
  expect(one).toMatchObject({ code: 'A', message: 'it is A', hint: 'mend it' });
  expect(one?.details['checks']).toMatchObject([{ name: 'a', code: 'A', message: 'it is A' }]);
  const both = refusalOf([{ name: 'a', error: bad('A') }, { name: 'good' }, { name: 'b', error: bad('B') }]);
  expect(both).toMatchObject({ code: 'A', message: 'it is A; it is B', hint: 'mend it' });
  expect(both?.details['checks']).toMatchObject([
    { name: 'a', code: 'A' },
    { name: 'b', code: 'B' },
  ]);
});
