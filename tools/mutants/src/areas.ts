/** Files that are changed together, and the tests that ought to notice it. */
export interface Area {
  readonly name: string;
  /** Globs of sources, below the root of the repository. Tests and doubles are left out of themselves. */
  readonly mutate: readonly string[];
  /** Globs of test files that are run, for all mutants of the area. */
  readonly tests: readonly string[];
}

const WAITING = [
  'session/same-peer',
  'target/admission',
  'target/lobby',
  'target/offer-room',
  'target/waiting-for-go',
];

/** The code whose faults may lose a guest, run it twice, or let a stranger in, the quickest first. */
export const AREAS: readonly Area[] = [
  {
    name: 'locks',
    mutate: ['packages/locks/src/**/*.ts'],
    tests: ['packages/locks/src/**/*.test.ts'],
  },
  {
    name: 'trust',
    // The identities of peers and of this host, and what peers may do. The rest makes keys and certificates, which
    // OpenSSL judges in the tests, writes messages, or looks at hosts that are not trusted yet.
    mutate: [
      ...['fingerprint', 'name', 'trust', 'identity/identity', 'peers/authorise', 'peers/check-peer'],
      ...['peers/matches-domain', 'peers/peer', 'peers/peers'],
    ].map((name) => `packages/trust/src/${name}.ts`),
    // Without those that open connections: what these find out is asked without any in the others.
    tests: ['packages/trust/src/**/!(handshake|peek-fingerprint).test.ts'],
  },
  {
    name: 'journal',
    mutate: ['packages/libxfr/src/journal/**/*.ts'],
    tests: ['packages/libxfr/src/journal/**/*.test.ts'],
  },
  {
    name: 'commit',
    mutate: ['commit/allows', 'commit/step', 'session/answers', 'session/participant'].map(
      (name) => `packages/libxfr/src/${name}.ts`,
    ),
    tests: ['commit/allows', 'session/answers', 'session/participant'].map(
      (name) => `packages/libxfr/src/${name}.test.ts`,
    ),
  },
  {
    name: 'table',
    // The model of the protocol is a test of it: half a minute for each change.
    mutate: ['packages/libxfr/src/commit/table.ts'],
    tests: ['allows', 'diagram', 'model', 'table'].map(
      (name) => `packages/libxfr/src/commit/${name}.test.ts`,
    ),
  },
  {
    name: 'verifier',
    // Not what writes a stream: that is what the verifier itself is for.
    mutate: ['packages/xen-stream/src/libxc/!(encode).ts'],
    // Without its property tests, which are thousands of streams: the others hold what they have found.
    tests: ['packages/xen-stream/src/libxc/!(verifier.property).test.ts'],
  },
  {
    name: 'admission',
    mutate: ['packages/libdomain/src/reservations.ts', 'packages/libdomain/src/transfer/admission/**/*.ts'],
    tests: [
      'packages/libdomain/src/reservations.test.ts',
      'packages/libdomain/src/transfer/admission/**/*.test.ts',
    ],
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
    mutate: WAITING.map((name) => `packages/libxfr/src/${name}.ts`),
    tests: WAITING.map((name) => `packages/libxfr/src/${name}.test.ts`),
  },
];
