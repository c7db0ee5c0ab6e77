import { builtinModules, createRequire } from 'node:module';
import type { Plugin } from 'esbuild';

const NAMESPACE = 'builtin';
const require = createRequire(import.meta.url);

/** Node has loaded these before the first line of a program. */
const LOADED = new Set(['buffer', 'events', 'fs', 'module', 'path', 'process', 'url', 'vm']);

/**
 * Node's own modules, each loaded when a program first uses a name of it: an import alone loads nothing. Node compiles
 * most of them anew in each process, so that `fs/promises` and `child_process` together take as long as half the start
 * of Node.
 */
export const lazyBuiltins: Plugin = {
  name: 'lazy-builtins',
  setup(build) {
    build.onResolve({ filter: /^(node:)?[a-z_]+(\/[a-z_]+)?$/ }, ({ path, namespace }) => {
      const name = path.replace(/^node:/, '');
      if (!builtinModules.includes(name)) return undefined;
      if (namespace === NAMESPACE || LOADED.has(name)) return { path: `node:${name}`, external: true };
      return { path: name, namespace: NAMESPACE };
    });
    build.onLoad({ filter: /.*/, namespace: NAMESPACE }, ({ path }) => ({ contents: facade(path) }));
  },
};

/** A module of the same names. */
function facade(builtin: string): string {
  const names = Object.keys(require(`node:${builtin}`) as object);
  return `let loaded;
const load = () => (loaded ??= require('node:${builtin}'));
for (const name of ${JSON.stringify(names)}) {
  Object.defineProperty(exports, name, { enumerable: true, get: () => load()[name] });
}
`;
}
