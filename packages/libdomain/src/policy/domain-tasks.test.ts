import { expect, it } from '@jest/globals';
import { DomainTasks } from './domain-tasks.ts';

/** Work that says when it begins and ends when it is told to. */
function workOf(log: string[], name: string): { work: () => Promise<void>; end: () => void } {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const work = (): Promise<void> => {
    log.push(name);
    return promise;
  };
  return { work, end: () => resolve(undefined) };
}

it('works on domains side by side, and on each of them at one thing after the other', async () => {
  const log: string[] = [];
  const tasks = new DomainTasks();
  const [first, skipped, last, other] = ['first', 'skipped', 'last', 'other'].map((name) =>
    workOf(log, name),
  );
  tasks.run('a', first!.work);
  tasks.run('a', skipped!.work);
  tasks.run('a', last!.work);
  tasks.run('b', other!.work);
  expect(log).toEqual(['first', 'other']);
  first!.end();
  other!.end();
  last!.end();
  await tasks.done();
  expect(log).toEqual(['first', 'other', 'last']);
});

it('has only so many under way, and begins with the next when one has ended', async () => {
  const log: string[] = [];
  const tasks = new DomainTasks(2);
  const works = ['a', 'b', 'c'].map((name) => workOf(log, name));
  for (const [index, { work }] of works.entries()) tasks.run(`${index}`, work);
  expect(log).toEqual(['a', 'b']);
  works[1]!.end();
  works[2]!.end();
  works[0]!.end();
  await tasks.done();
  expect(log).toEqual(['a', 'b', 'c']);
});
