import { commonTokens, tokens, type Injector, type PluginContext } from '@stryker-mutator/api/plugin';
import {
  DryRunStatus,
  MutantRunStatus,
  type DryRunOptions,
  type DryRunResult,
  type MutantRunOptions,
  type MutantRunResult,
  type TestRunner,
} from '@stryker-mutator/api/test-runner';
import { strykerPlugins } from '@stryker-mutator/jest-runner';
import { readFile, writeFile } from 'node:fs/promises';

/** In the copy of the repository, for the processes that run changes after that of the first run. */
const TESTS_FILE = 'tests.json';

/** A test of the first run, which no change was made in. */
interface KnownTest {
  readonly name: string;
  readonly file: string;
  readonly timeMs: number;
}

/** Stryker's own runner of jest, which has its settings of a run there. */
interface JestRunner extends TestRunner {
  jestConfig: { readonly testMatch?: readonly string[] };
}

/** Tests that take longer than that are for changes that no other one has noticed. */
const SLOW_MS = 300;

/**
 * Runs jest for the tests of one file after the other, the quickest first, up to the first that fails. Jest by itself
 * loads all test files of an area for each change, also those of which no test runs the code: five times as long.
 */
class FileByFile implements TestRunner {
  readonly #jest: JestRunner;
  #tests: readonly KnownTest[] | undefined;

  constructor(jest: JestRunner) {
    this.#jest = jest;
  }

  capabilities(): ReturnType<TestRunner['capabilities']> {
    return this.#jest.capabilities();
  }

  async init(): Promise<void> {
    await this.#jest.init?.();
  }

  async dryRun(options: DryRunOptions): Promise<DryRunResult> {
    const result = await this.#jest.dryRun(options);
    if (result.status === DryRunStatus.Complete) {
      const tests = result.tests.flatMap(({ id, fileName, timeSpentMs }) =>
        fileName === undefined ? [] : [{ name: id, file: fileName, timeMs: timeSpentMs }],
      );
      await writeFile(TESTS_FILE, JSON.stringify(tests));
    }
    return result;
  }

  async mutantRun(options: MutantRunOptions): Promise<MutantRunResult> {
    this.#tests ??= JSON.parse(await readFile(TESTS_FILE, 'utf8')) as KnownTest[];
    const names = options.testFilter && new Set(options.testFilter);
    const those = this.#tests.filter(({ name }) => names?.has(name) !== false);
    for (const group of quickestFirst(those)) {
      this.#jest.jestConfig = { ...this.#jest.jestConfig, testMatch: [group[0].file] };
      const result = await this.#jest.mutantRun({ ...options, testFilter: group.map(({ name }) => name) });
      if (result.status !== MutantRunStatus.Survived) return result;
    }
    return { status: MutantRunStatus.Survived, nrOfTests: those.length };
  }
}

type Group = [KnownTest, ...KnownTest[]];

/** Those of one file together, but the slow ones of it by themselves, behind all others. */
function quickestFirst(tests: readonly KnownTest[]): readonly Group[] {
  const groups = Map.groupBy(tests, ({ file, timeMs }) => `${timeMs > SLOW_MS ? 'slow' : 'quick'} ${file}`);
  const timeOf = (group: readonly KnownTest[]): number => group.reduce((sum, { timeMs }) => sum + timeMs, 0);
  return [...groups.values()].sort((a, b) => timeOf(a) - timeOf(b)) as Group[];
}

/** For Stryker. */
export function fileByFile(injector: Injector<PluginContext>): TestRunner {
  const [jest] = strykerPlugins;
  if (jest === undefined) throw new Error('the runner of jest is not there');
  return new FileByFile(jest.factory(injector) as JestRunner);
}
fileByFile.inject = tokens(commonTokens.injector);
