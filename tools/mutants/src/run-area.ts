import type { MutantResult, PartialStrykerOptions } from '@stryker-mutator/api/core';
import { Stryker } from '@stryker-mutator/core';
import { join } from 'node:path';
import type { Area } from './areas.ts';

/** A change with which all tests run longer than they do otherwise, and this time besides, has been noticed. */
const TIMEOUT_MS = 15_000;
/** Modules that are loaded again for each change are never given back by Node. */
const CHANGES_PER_PROCESS = 200;

/** Makes all mutants of an area, one after the other, and runs its tests on each. Takes minutes. */
export function runArea({ name, mutate, tests }: Area): Promise<readonly MutantResult[]> {
  const options: PartialStrykerOptions = {
    mutate: [...mutate, '!**/*.test.ts', '!**/testing/**', '!**/index.ts'],
    plugins: [join(import.meta.dirname, 'plugins.ts')],
    ignorers: ['words'],
    testRunner: 'native',
    // For the runner; Stryker does not know it.
    ...{ tests },
    warnings: false,
    testRunnerNodeArgs: ['--disable-warning=ExperimentalWarning'],
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
