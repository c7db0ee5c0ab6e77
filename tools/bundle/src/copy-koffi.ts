import { cp, readdir, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Plugin } from 'esbuild';

/** The files that koffi needs as an ES module, for programs of tests. The rest of its package is sources and a manual. */
const KOFFI_FILES = [
  'package.json',
  'index.js',
  'src/koffi/index.js',
  'src/koffi/src/static.js',
  'LICENSE.txt',
];

/**
 * koffi finds its native code by its place among packages, so it cannot be bundled: it is copied. As CommonJS, for the
 * tools, it is its native code alone: what it wraps around that are names that it has given up, and to make them it has
 * Node compile every module that `util` can lead to.
 */
export async function copyKoffi(root: string, nodeModules: string): Promise<void> {
  const koffi = dirname(createRequire(join(root, 'packages/libc/package.json')).resolve('koffi'));
  const [from, to] = [join(koffi, '../@koromix'), join(nodeModules, 'koffi')];
  await Promise.all(KOFFI_FILES.map((name) => cp(join(koffi, name), join(to, name))));
  // Whatever npm has chosen for this machine's processor.
  await cp(from, join(nodeModules, '@koromix'), { recursive: true });
  const [native = ''] = await readdir(from);
  await writeFile(join(to, 'index.cjs'), `module.exports = require('../@koromix/${native}/index.js');\n`);
}

/** The way to it, which Node need not look for. */
export const koffiBeside: Plugin = {
  name: 'koffi-beside',
  setup(build) {
    build.onResolve({ filter: /^koffi$/ }, () => ({
      path: './node_modules/koffi/index.cjs',
      external: true,
    }));
  },
};
