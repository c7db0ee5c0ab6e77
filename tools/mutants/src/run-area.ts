import type { MutantResult, PartialStrykerOptions } from '@stryker-mutator/api/core';
import { Stryker } from '@stryker-mutator/core';
import { join } from 'node:path';
import type { Area } from './areas.ts';

/** None of these tests takes long, also on a machine that is busy: what is slow must not pass for noticed. */
const TEST_TIMEOUT_MS = 10_000;
/** A change with which all tests run longer than they do otherwise, and this time besides, has been noticed. */
const TIMEOUT_MS = 15_000;
/** Modules that are loaded again for each change are never given back by Node. */
const CHANGES_PER_PROCESS = 100;

/** Makes all mutants of an area, one after the other, and runs its tests on each. Takes minutes. */
export function runArea({ name, mutate, tests }: Area): Promise<readonly MutantResult[]> {
  const options: PartialStrykerOptions = {
    mutate: [...mutate, '!**/*.test.ts', '!**/testing/**', '!**/index.ts'],
    plugins: ['@stryker-mutator/jest-runner', join(import.meta.dirname, 'plugins.ts')],
    ignorers: ['words'],
    testRunner: 'file-by-file',
    testRunnerNodeArgs: ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'],
    jest: {
      projectType: 'custom',
      // Which tests run a change is known from the first run.
      enableFindRelatedTests: false,
      // Goes over jest.config.mjs, which is found in the copy.
      config: {
        // All changes have one folder for temporary files, and none needs the bundle of the tools.
        globalSetup: null,
        globalTeardown: null,
        // Only there it looks for tests, each time anew.
        roots: [...new Set(tests.map((glob) => `<rootDir>/${glob.split('/', 2).join('/')}`))],
        testMatch: tests.map((glob) => `<rootDir>/${glob}`),
        // A test that hangs fails by this; Stryker's own limit is for one that does not even come back to jest.
        testTimeout: TEST_TIMEOUT_MS,
      },
    },
    coverageAnalysis: 'perTest',
    // Two copies of the repository would not be quicker: most of these tests wait for the disk and for processes.
    concurrency: 1,
    maxTestRunnerReuse: CHANGES_PER_PROCESS,
    timeoutMS: TIMEOUT_MS,
    // A change is made again when it, or a test that runs it, has changed since.
    incremental: true,
    incrementalFile: `.cache/mutants-${name}.json`,
    tempDirName: '.cache/mutants',
    symlinkNodeModules: false,
    buildCommand: `node ${join(import.meta.dirname, 'link-packages.ts')}`,
    ignorePatterns: ['.cache', '.nx', '/docs', '/examples'],
    reporters: ['at-once', 'progress-append-only'],
    allowEmpty: false,
    disableTypeChecks: false,
  };
  return new Stryker(options).runMutationTest();
}
