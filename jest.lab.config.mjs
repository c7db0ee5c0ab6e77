// Lab tests: they need two real Xen hosts, which the global set-up boots. Files that need one host only run two at a
// time, a host each; those of both hosts (`*.pair.lab.test.ts`) run one after the other. Files that
// take long (`*.long.lab.test.ts`, `*.long.pair.lab.test.ts`) run by `npm run test:long` alone.
import unit from './jest.config.mjs';
import { patient } from './packages/ratelimit/src/testing/index.ts';

const pair = process.env.VM_TOOLS_TEST_PAIR !== undefined;
const long = process.env.VM_TOOLS_TEST_LONG !== undefined;

export default {
  ...unit,
  testMatch: [
    `<rootDir>/{packages,tools}/*/{src,test}/**/*${long ? '.long' : ''}${pair ? '.pair' : ''}.lab.test.ts`,
  ],
  testPathIgnorePatterns: [
    '/node_modules/',
    ...(pair ? [] : ['\\.pair\\.lab\\.test\\.ts$']),
    ...(long ? [] : ['\\.long(\\.pair)?\\.lab\\.test\\.ts$']),
  ],
  reporters: [...unit.reporters, '<rootDir>/tools/lab/src/testing/suite/tally.ts'],
  maxWorkers: pair ? 1 : 2,
  globalSetup: '<rootDir>/tools/lab/src/testing/suite/global-setup.ts',
  globalTeardown: '<rootDir>/tools/lab/src/testing/suite/global-teardown.ts',
  testTimeout: patient(300_000),
  testSequencer: '<rootDir>/tools/lab/src/testing/suite/longest-first.mjs',
  // Each test with its time: of what runs for minutes one wants to know where they go.
  verbose: true,
};
