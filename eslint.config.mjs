import nx from '@nx/eslint-plugin';
import tseslint from 'typescript-eslint';

// Who may import whom. docs/architecture.md shows it; this is the rule that keeps it true.
const layers = {
  errors: [],
  // What people and peers write: every reader of it asks there.
  words: ['errors'],
  ratelimit: ['errors', 'words'],
  // What Node lacks of the C library; who needs more than a lock of it asks for it by name.
  libc: ['errors'],
  locks: ['errors', 'libc'],
  // Files that come into being whole or not at all.
  'write-file': [],
  // Bytes in a form that any reader of zstd takes.
  'zstd-frames': ['errors'],
  xenstore: ['errors'],
  format: ['errors'],
  // Calls between processes of one machine.
  ipc: ['errors'],
  // koffi comes from libc alone.
  native: ['errors', 'libc', 'ipc'],
  // What a control domain does for devices.
  dom0: ['errors', 'libc'],
  // Types alone: what libxfr asks of a host, and libdomain answers.
  ports: ['errors'],
  // libdomain knows the interface `Xen` and no koffi; libxfr knows nothing of Xen at all.
  domain: ['errors', 'dom0', 'ipc', 'ports', 'words', 'locks', 'write-file', 'xenstore', 'format', 'native'],
  transfer: ['errors', 'ipc', 'libc', 'ports', 'words', 'locks', 'write-file', 'zstd-frames', 'ratelimit'],
  // The guests of a host together: puts domains and transfers to use, as executables do for one of them.
  host: ['errors', 'locks', 'write-file', 'ratelimit', 'domain', 'transfer', 'trust'],
  // Figures for Prometheus, and where it reads them.
  metrics: ['errors', 'transfer'],
  // Who a host is and whom it trusts: libxfr only knows that somebody decides.
  trust: ['errors', 'words', 'write-file'],
  // The interface `Xen` over a socket, whoever answers there.
  wire: ['errors', 'dom0', 'ipc', 'words', 'xenstore', 'format', 'native'],
  // A host that is not there: behind the same interface as the native one, and as ignorant of domain actions.
  sim: [
    'errors',
    'dom0',
    'ipc',
    'words',
    'libc',
    'write-file',
    'ratelimit',
    'xenstore',
    'format',
    'native',
    'wire',
  ],
  // The frame opens the host for an executable, so it may name who answers.
  cli: [
    'errors',
    'dom0',
    'ports',
    'words',
    'libc',
    'locks',
    'ratelimit',
    'native',
    'xenstore',
    'transfer',
    'wire',
  ],
  exe: [
    'errors',
    'dom0',
    'ipc',
    'words',
    'libc',
    'locks',
    'write-file',
    'zstd-frames',
    'ratelimit',
    'xenstore',
    'format',
    'native',
    'domain',
    'transfer',
    'host',
    'metrics',
    'trust',
    'cli',
    'wire',
    'sim',
  ],
  tool: ['*'],
};

export default tseslint.config(
  { ignores: ['.cache/**', '.nx/**', '**/node_modules/**', '**/dist/**'] },
  {
    files: ['packages/**/*.ts', 'tools/**/*.ts', 'examples/**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    plugins: { '@nx': nx },
    rules: {
      '@nx/enforce-module-boundaries': [
        'error',
        {
          // Packages are TypeScript sources that Node runs as they are: there is nothing to build.
          enforceBuildableLibDependency: false,
          banTransitiveDependencies: true,
          // Test files may use the lab, the simulated host and each other's test doubles.
          allow: [
            '@vm-tools/lab',
            '@vm-tools/lab/*',
            '@vm-tools/xen-sim',
            '@vm-tools/xen-sim/*',
            '@vm-tools/ratelimit/testing',
            '@vm-tools/cli/testing',
            '**/testing/**',
          ],
          depConstraints: Object.entries(layers).map(([layer, allowed]) => ({
            sourceTag: `layer:${layer}`,
            onlyDependOnLibsWithTags: [
              `layer:${layer}`,
              ...allowed.map((name) => (name === '*' ? '*' : `layer:${name}`)),
            ],
          })),
        },
      ],
      // Numbers are what our messages are full of.
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      // `while (true)` reads better than an invented condition.
      '@typescript-eslint/no-unnecessary-condition': ['error', { allowConstantLoopConditions: true }],
      '@typescript-eslint/unified-signatures': 'off',
      // `const { timeout: _, ...rest } = options` is how a field is left out.
      // `using _ = lock` holds it to the end of the block.
      '@typescript-eslint/no-unused-vars': ['error', { ignoreRestSiblings: true, varsIgnorePattern: '^_' }],
      eqeqeq: 'error',
      'prefer-const': 'error',
    },
  },
  // Examples are what other people would write: they are in no layer.
  { files: ['examples/**/*.ts'], rules: { '@nx/enforce-module-boundaries': 'off' } },
  {
    files: ['**/*.test.ts', '**/testing/**/*.ts'],
    rules: {
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/no-empty-function': 'off',
    },
  },
);
