// Lab tests: they need two real Xen hosts, which the global set-up boots. Files that need one host only run two at a
// time, a host each; those of both hosts (`*.pair.lab.test.ts`) run one after the other, and so do those of an upgrade,
// whose hosts are of two releases (`*.mixed.lab.test.ts`). Files that take long (`*.long.lab.test.ts`,
// `*.long.pair.lab.test.ts`) run by `npm run test:long` alone.
import unit from './jest.config.mjs';
import { patient } from './packages/ratelimit/src/testing/index.ts';

const pair = process.env.VM_TOOLS_TEST_PAIR !== undefined;
const mixed = process.env.VM_TOOLS_TEST_MIXED !== undefined;
const long = process.env.VM_TOOLS_TEST_LONG !== undefined;
const kind = mixed ? '.mixed' : pair ? '.pair' : '';
const others = ['mixed', 'pair'].filter((name) => kind !== `.${name}`).join('|');

export default {
  ...unit,
  testMatch: [`<rootDir>/{packages,tools}/*/{src,test}/**/*${long ? '.long' : ''}${kind}.lab.test.ts`],
  testPathIgnorePatterns: [
    '/node_modules/',
    `\\.(${others})\\.lab\\.test\\.ts$`,
    ...(long ? [] : ['\\.long(\\.\\w+)?\\.lab\\.test\\.ts$']),
  ],
  reporters: [...unit.reporters, '<rootDir>/tools/lab/src/testing/suite/tally.ts'],
  maxWorkers: kind === '' ? 2 : 1,
  globalSetup: '<rootDir>/tools/lab/src/testing/suite/global-setup.ts',
  globalTeardown: '<rootDir>/tools/lab/src/testing/suite/global-teardown.ts',
  testTimeout: patient(300_000),
  testSequencer: '<rootDir>/tools/lab/src/testing/suite/longest-first.mjs',
  // Each test with its time: of what runs for minutes one wants to know where they go.
  verbose: true,
};
