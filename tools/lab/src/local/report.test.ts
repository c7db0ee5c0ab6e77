import { expect, test } from '@jest/globals';
import { PassThrough } from 'node:stream';
import { during, reportOf } from './report.ts';

const stream = (isTTY: boolean): PassThrough & { isTTY: boolean } =>
  Object.assign(new PassThrough({ encoding: 'utf8' }), { isTTY });

test('on a pipe there are the lines alone', async () => {
  const pipe = stream(false);
  {
    using report = reportOf('lab', pipe);
    const built = await during(report, 'building', () => {
      report('two\nlines');
      return Promise.resolve('built');
    });
    expect(built).toBe('built');
  }
  expect(pipe.read()).toBe('lab: two\nlines\n');
});

test('on a terminal the work ends with what was done, also when that has failed', async () => {
  const terminal = stream(true);
  using report = reportOf('lab', terminal);
  const begun: string[] = [];
  const work = {
    begin: (what: string) => void begun.push(`begins ${what}`),
    end: (what: string) => void begun.push(`ends ${what}`),
    [Symbol.dispose]: () => undefined,
  };
  const watched = Object.assign((line: string) => report(line), { work });
  await expect(during(watched, 'building', async () => Promise.reject(new Error('full')))).rejects.toThrow(
    'full',
  );
  expect(begun).toEqual(['begins building', 'ends building']);
  expect(report.work).toBeDefined();
});
