// Lab tests: they need two real Xen hosts, which the global set-up boots once for all of them.
import unit from './jest.config.mjs';

export default {
  ...unit,
  testMatch: ['<rootDir>/{packages,tools}/*/{src,test}/**/*.lab.test.ts'],
  testPathIgnorePatterns: ['/node_modules/'],
  globalSetup: '<rootDir>/tools/lab/src/testing/global-setup.ts',
  globalTeardown: '<rootDir>/tools/lab/src/testing/global-teardown.ts',
  testTimeout: 300_000,
};
