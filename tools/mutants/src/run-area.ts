import type { MutantResult, PartialStrykerOptions } from '@stryker-mutator/api/core';
import { Stryker } from '@stryker-mutator/core';
import { join } from 'node:path';
import type { Area } from './areas.ts';

/** None of these tests takes long. */
const TEST_TIMEOUT_MS = 10_000;
/** A change with which all tests run longer than they do otherwise, and this time besides, has been noticed. */
const TIMEOUT_MS = 60_000;

/** Makes all mutants of an area, one after the other, and runs its tests on each. Takes minutes. */
export async function runArea(root: string, { name, mutate, tests }: Area): Promise<readonly MutantResult[]> {
  const { default: jest } = (await import(join(root, 'jest.config.mjs'))) as { default: object };
  const options: PartialStrykerOptions = {
    mutate: [...mutate, '!**/*.test.ts', '!**/testing/**', '!**/index.ts'],
    plugins: ['@stryker-mutator/jest-runner', join(import.meta.dirname, 'plugins.ts')],
    ignorers: ['words'],
    testRunner: 'jest',
    testRunnerNodeArgs: ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'],
    jest: {
      projectType: 'custom',
      enableFindRelatedTests: false,
      config: {
        ...jest,
        globalSetup: undefined,
        testMatch: tests.map((glob) => `<rootDir>/${glob}`),
        // What hangs fails by this; Stryker's own limit is for what does not even come back to jest.
        testTimeout: TEST_TIMEOUT_MS,
      },
    },
    coverageAnalysis: 'perTest',
    // Two copies of the repository would not be quicker: most of these tests wait for the disk and for processes.
    concurrency: 1,
    timeoutMS: TIMEOUT_MS,
    tempDirName: '.cache/mutants',
    symlinkNodeModules: false,
    buildCommand: `node ${join(import.meta.dirname, 'link-packages.ts')}`,
    ignorePatterns: ['.cache', '.nx', 'docs', 'examples'],
    reporters: ['at-once', 'progress-append-only', 'json'],
    jsonReporter: { fileName: `.cache/mutants-${name}.json` },
    allowEmpty: false,
    disableTypeChecks: false,
  };
  return new Stryker(options).runMutationTest();
}
