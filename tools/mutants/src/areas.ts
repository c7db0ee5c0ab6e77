/** Files that are changed together, and the tests that ought to notice it. */
export interface Area {
  readonly name: string;
  /** Globs of sources, below the root of the repository. Tests and doubles are left out of themselves. */
  readonly mutate: readonly string[];
  /** Globs of test files that are run, for all mutants of the area. */
  readonly tests: readonly string[];
}

/** What may lose a guest, run it twice, or let somebody in, the quickest first. */
export const AREAS: readonly Area[] = [
  {
    name: 'locks',
    mutate: ['packages/locks/src/**/*.ts'],
    tests: ['packages/locks/src/**/*.test.ts'],
  },
  {
    name: 'trust',
    mutate: ['packages/trust/src/**/*.ts'],
    tests: ['packages/trust/src/**/*.test.ts'],
  },
  {
    name: 'journal',
    mutate: ['packages/libxfr/src/journal/**/*.ts'],
    tests: ['packages/libxfr/src/journal/**/*.test.ts'],
  },
  {
    name: 'commit',
    // The rest of that folder is the model of the protocol, which is a test of these.
    mutate: ['allows', 'answers', 'facts-of', 'party', 'step', 'table'].map(
      (name) => `packages/libxfr/src/commit/${name}.ts`,
    ),
    tests: ['packages/libxfr/src/commit/**/*.test.ts'],
  },
  {
    name: 'verifier',
    mutate: ['packages/xen-stream/src/libxc/**/*.ts'],
    tests: ['packages/xen-stream/src/libxc/**/*.test.ts'],
  },
  {
    name: 'admission',
    mutate: ['packages/libdomain/src/transfer/admission/**/*.ts'],
    tests: ['packages/libdomain/src/transfer/admission/**/*.test.ts'],
  },
  {
    name: 'places',
    mutate: ['packages/libdomain/src/places/**/*.ts'],
    tests: ['packages/libdomain/src/places/**/*.test.ts'],
  },
  {
    name: 'hold',
    mutate: ['packages/libdomain/src/hold/**/*.ts'],
    tests: ['packages/libdomain/src/hold/**/*.test.ts'],
  },
  {
    name: 'waiting',
    mutate: ['lobby', 'offer-room', 'reception', 'same-peer', 'standby'].map(
      (name) => `packages/libxfr/src/${name}.ts`,
    ),
    tests: ['lobby', 'offer-room', 'reception', 'same-peer', 'standby'].map(
      (name) => `packages/libxfr/src/${name}.test.ts`,
    ),
  },
];
