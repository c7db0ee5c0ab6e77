import { expect, test } from '@jest/globals';
import { fitError } from './fit-error.ts';

const MOST_BYTES = 8 * 1024;
const bytes = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));
const told = { code: 'A', kind: 'peer', message: 'why' } as const;

test('what fits is kept as it is, to the byte', () => {
  const whole = { ...told, log: [''], causes: [{ ...told, log: ['x'] }] };
  const fitting = { ...whole, log: ['x'.repeat(MOST_BYTES - bytes(whole))] };
  expect(bytes(fitting)).toBe(MOST_BYTES);
  expect(fitError(fitting)).toBe(fitting);
  const longer = { ...fitting, log: [`${fitting.log[0]}x`] };
  expect(fitError(longer)).toEqual({ ...longer, causes: [told] });
});

test('the logs of the causes go first', () => {
  const log = ['x'.repeat(5000)];
  const error = {
    ...told,
    causes: [
      { ...told, log },
      { ...told, code: 'B', log },
    ],
  };
  expect(fitError(error)).toEqual({ ...told, causes: [told, { ...told, code: 'B' }] });
  expect(fitError({ ...error, log })).toEqual({ ...told, log, causes: [told, { ...told, code: 'B' }] });
});

test('then the oldest lines of its own log, half of them at a time', () => {
  const log = Array.from({ length: 13 }, (_, line) => `${line}`.padEnd(1000, '.'));
  expect(fitError({ ...told, log })).toEqual({ ...told, causes: [], log: log.slice(-6) });
  const last = [...log, 'y'.repeat(MOST_BYTES - 500)];
  expect(fitError({ ...told, log: last })).toEqual({ ...told, causes: [], log: last.slice(-1) });
  expect(fitError({ ...told, log: [...log, 'z'.repeat(MOST_BYTES)] })).toEqual({ ...told, causes: [] });
});

test('then all but what it says, and the first cause, both cut short', () => {
  const message = `${'m'.repeat(499)}\u{1f600}${'m'.repeat(9000)}`;
  const cut = `${'m'.repeat(499)}\ufffd`;
  const first = { code: 'C', kind: 'usage', message } as const;
  const error = { ...told, message, log: ['l'], hint: 'h', causes: [{ ...told, code: 'B' }, first] };
  const causes = [{ code: 'C', kind: 'usage', message: cut }];
  expect(fitError(error)).toEqual({ ...told, message: cut, causes });
  expect(fitError({ ...error, side: 'source', retry: 'safe' })).toEqual({
    ...{ ...told, message: cut, side: 'source', retry: 'safe', causes },
  });
  expect(fitError({ ...told, message })).toEqual({ ...told, message: cut });
  expect(fitError({ ...told, message })).not.toHaveProperty('causes');
});
