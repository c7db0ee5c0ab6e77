import type { StrykerOptions, InstrumenterContext } from '@stryker-mutator/api/core';
import { commonTokens, tokens } from '@stryker-mutator/api/plugin';
import {
  DryRunStatus,
  MutantRunStatus,
  TestStatus,
  type DryRunResult,
  type MutantRunOptions,
  type MutantRunResult,
  type TestRunner,
  type TestRunnerCapabilities,
} from '@stryker-mutator/api/test-runner';
import { glob, readFile, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { hookModules, importFresh } from './fresh-modules.ts';
import { declared } from './globals.ts';
import { runSuite, type TestOutcome } from './run-suite.ts';

/** In the copy of the repository, for the processes that run changes after that of the first run. */
const KNOWN_FILE = 'tests.json';
/** What a test may take beyond three times what it took at first: what is slow must not pass for noticed. */
const TEST_LIMIT_MS = 10_000;
/** And what it may take at first. */
const FIRST_LIMIT_MS = 120_000;

/** A test of the first run, in which no change was made. */
interface KnownTest {
  readonly name: string;
  readonly file: string;
  readonly timeMs: number;
}

/** What the changed code looks at, and writes to. */
const state = ((globalThis as { __stryker__?: InstrumenterContext }).__stryker__ ??= {});

/**
 * Runs tests in this process, one file after the other, the quickest first, up to the first test that fails. Node runs
 * the sources as they are. All of the project's modules are loaded anew for each change, so that none sees what another
 * one has left, and what is not the project's stays: to start jest each time would take ten times as long.
 */
export class NativeRunner implements TestRunner {
  static inject = tokens(commonTokens.options);
  readonly #globs: readonly string[];
  #known: readonly KnownTest[] | undefined;

  constructor(options: StrykerOptions) {
    this.#globs = options['tests'] as readonly string[];
  }

  capabilities(): TestRunnerCapabilities {
    return { reloadEnvironment: true };
  }

  init(): Promise<void> {
    hookModules();
    // A change may leave work behind that fails later.
    for (const event of ['uncaughtException', 'unhandledRejection'] as const)
      process.on(event, () => undefined);
    return Promise.resolve();
  }

  async dryRun(): Promise<DryRunResult> {
    const known: KnownTest[] = [];
    const failed: TestOutcome[] = [];
    delete state.activeMutant;
    for (const file of await this.#files())
      await this.#run(file, undefined, (outcome) => {
        known.push({ name: outcome.name, file, timeMs: outcome.timeMs });
        if (outcome.failure !== undefined) failed.push(outcome);
      });
    if (failed.length > 0) {
      const errorMessage = failed.map(({ name, failure }) => `${name}: ${failure}`).join('\n');
      return { status: DryRunStatus.Error, errorMessage };
    }
    await writeFile(KNOWN_FILE, JSON.stringify(known));
    const tests = known.map(({ name, file, timeMs }) => ({
      ...{ id: idOf(file, name), name, fileName: file, timeSpentMs: timeMs, status: TestStatus.Success },
    })) as Extract<DryRunResult, { status: DryRunStatus.Complete }>['tests'];
    return {
      status: DryRunStatus.Complete,
      tests,
      ...(state.mutantCoverage && { mutantCoverage: state.mutantCoverage }),
    };
  }

  async mutantRun({ activeMutant, testFilter, hitLimit }: MutantRunOptions): Promise<MutantRunResult> {
    this.#known ??= JSON.parse(await readFile(KNOWN_FILE, 'utf8')) as KnownTest[];
    const wanted = testFilter && new Set(testFilter);
    const tests = this.#known.filter(({ file, name }) => wanted?.has(idOf(file, name)) !== false);
    state.activeMutant = activeMutant.id;
    process.env['__STRYKER_ACTIVE_MUTANT__'] = activeMutant.id; // for processes that tests start
    // Stryker waits for a hundred times as often as in all tests of the first run: ten times tells as well, and sooner.
    const mostHits = hitLimit && hitLimit / 10;
    Object.assign(state, { hitCount: mostHits && 0, hitLimit: mostHits });
    for (const file of quickestFirst(tests)) {
      let failed: TestOutcome | undefined;
      await this.#run(file, wanted, (outcome) => {
        if (outcome.failure !== undefined) failed ??= outcome;
        return failed !== undefined;
      });
      if (mostHits !== undefined && (state.hitCount ?? 0) > mostHits)
        return { status: MutantRunStatus.Timeout, reason: `it came there more than ${mostHits} times` };
      if (failed !== undefined) {
        const { name, failure = '' } = failed;
        const killedBy = [idOf(file, name)];
        return { status: MutantRunStatus.Killed, killedBy, failureMessage: failure, nrOfTests: tests.length };
      }
    }
    return { status: MutantRunStatus.Survived, nrOfTests: tests.length };
  }

  #limitMs(file: string, name: string): number {
    if (state.activeMutant === undefined) return FIRST_LIMIT_MS;
    const known = this.#known?.find((test) => test.file === file && test.name === name);
    return TEST_LIMIT_MS + 3 * (known?.timeMs ?? 0);
  }

  async #files(): Promise<string[]> {
    const files: string[] = [];
    for await (const file of glob(this.#globs)) files.push(resolve(file));
    return files.sort();
  }

  /** @param onOutcome says whether that is enough */
  async #run(
    file: string,
    wanted: ReadonlySet<string> | undefined,
    onOutcome: (outcome: TestOutcome) => boolean | undefined,
  ): Promise<void> {
    let isOver = false;
    try {
      const suite = await declared(() => importFresh([file]));
      await runSuite(suite, {
        limitMs: (name) => this.#limitMs(file, name),
        isWanted: (name) => wanted?.has(idOf(file, name)) !== false,
        isOver: () => isOver,
        onTest: (name) => (state.currentTestId = idOf(file, name)),
        onOutcome: (outcome) => (isOver = onOutcome(outcome) === true),
      });
    } catch (thrown) {
      onOutcome({ name: file, timeMs: 0, failure: String(thrown) });
    } finally {
      delete state.currentTestId;
    }
  }
}

const idOf = (file: string, name: string): string => `${file.slice(process.cwd().length + 1)} ${name}`;

function quickestFirst(tests: readonly KnownTest[]): readonly string[] {
  const timesMs = new Map<string, number>();
  for (const { file, timeMs } of tests) timesMs.set(file, (timesMs.get(file) ?? 0) + timeMs);
  return [...timesMs].sort(([, a], [, b]) => a - b).map(([file]) => file);
}
