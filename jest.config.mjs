// Unit tests: everything that needs no Xen. Run by `nx run vm-tools:unit` or for one folder by `jest packages/NAME`.
import { availableParallelism } from 'node:os';
import { measureSlowness, patient } from './packages/ratelimit/src/testing/index.ts';

// The workers inherit it, so that all limits of all tests are longer on a machine that is slow or busy.
process.env.VM_TOOLS_TEST_SLOWNESS ??= String(measureSlowness());

export default {
  // jest leaves one processor free; and the tests that take longest wait most of their time, for processes and limits.
  maxWorkers: availableParallelism() + 1,
  // Longer than any limit within a test, so that what hangs is told by what it waited for.
  testTimeout: patient(240_000),
  globalSetup: '<rootDir>/tools/bundle/src/testing/global-setup.ts',
  globalTeardown: '<rootDir>/tools/bundle/src/testing/global-teardown.ts',
  setupFiles: ['<rootDir>/tools/bundle/src/testing/suppressed-error.ts'],
  setupFilesAfterEnv: ['<rootDir>/tools/bundle/src/testing/equal-bytes.ts'],
  reporters: ['default', '<rootDir>/tools/bundle/src/testing/skipped-tests.ts'],
  testEnvironment: 'node',
  testMatch: ['<rootDir>/{packages,tools}/*/{src,test}/**/*.test.ts', '<rootDir>/examples/**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/', '\\.lab\\.test\\.ts$'],
  modulePathIgnorePatterns: ['<rootDir>/.cache/'],
  extensionsToTreatAsEsm: ['.ts'],
  moduleFileExtensions: ['ts', 'js', 'mjs', 'cjs', 'json', 'node'],
  testEnvironmentOptions: { customExportConditions: ['node', 'node-addons'] },
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: { target: 'es2024', parser: { syntax: 'typescript' } },
        module: { type: 'es6' },
        sourceMaps: 'inline',
      },
    ],
  },
};
