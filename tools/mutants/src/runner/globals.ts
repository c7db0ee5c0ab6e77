/** What tests import from jest, as much of it as those of the areas use. */
import { format } from 'node:util';
import { expect } from 'expect';
import { ModuleMocker } from 'jest-mock';

type Work = () => unknown;
type Hook = 'beforeAll' | 'beforeEach' | 'afterEach' | 'afterAll';

/** A `describe`, or a whole file. */
export interface Suite {
  readonly name: string;
  readonly parent: Suite | undefined;
  readonly hooks: Readonly<Record<Hook, Work[]>>;
  readonly children: (Suite | Test)[];
}

export interface Test {
  readonly name: string;
  readonly work: Work;
}

const suiteOf = (name: string, parent: Suite | undefined): Suite => ({
  ...{ name, parent, children: [] },
  hooks: { beforeAll: [], beforeEach: [], afterEach: [], afterAll: [] },
});

let current = suiteOf('', undefined);

/** What this function has declared. */
export async function declared(declare: () => Promise<void>): Promise<Suite> {
  const suite = (current = suiteOf('', undefined));
  await declare();
  return suite;
}

const nameOf = ({ name, parent }: Suite): string =>
  parent === undefined ? name : `${nameOf(parent)} ${name}`.trim();

function declareTest(name: string, work: Work): void {
  current.children.push({ name: `${nameOf(current)} ${name}`.trim(), work });
}

function declareSuite(name: string, work: Work): void {
  const suite = suiteOf(name, current);
  current.children.push(suite);
  current = suite;
  work();
  current = suite.parent as Suite;
}

/** One for each row of a table, which its name may tell of. */
const each =
  (declare: (name: string, work: Work) => void) =>
  (table: readonly unknown[]) =>
  (name: string, work: (...row: readonly unknown[]) => unknown): void => {
    for (const [at, row] of table.entries()) {
      const values = Array.isArray(row) ? (row as unknown[]) : [row];
      const used = values.slice(0, name.replaceAll('%%', '').match(/%[sdifjoOcp]/g)?.length ?? 0);
      declare(`${format(name, ...used)} #${at}`, () => work(...values));
    }
  };

const hook =
  (which: Hook) =>
  (work: Work): void =>
    void current.hooks[which].push(work);

export { expect };
export const test = Object.assign(declareTest, { each: each(declareTest), skip: () => undefined });
export const it = test;
export const describe = Object.assign(declareSuite, { each: each(declareSuite), skip: () => undefined });
export const [beforeAll, beforeEach, afterEach, afterAll] = [
  hook('beforeAll'),
  hook('beforeEach'),
  hook('afterEach'),
  hook('afterAll'),
];
const mocker = new ModuleMocker(globalThis);
export const jest = { fn: mocker.fn.bind(mocker), spyOn: mocker.spyOn.bind(mocker) };
