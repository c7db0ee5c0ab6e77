import { cp } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/**
 * The files that koffi needs: as CommonJS for the tools, and as an ES module for programs of tests. The rest of its
 * package is its C++ sources and its manual.
 */
const KOFFI_FILES = [
  'package.json',
  'index.cjs',
  'src/koffi/index.cjs',
  'src/koffi/src/static.cjs',
  'index.js',
  'src/koffi/index.js',
  'src/koffi/src/static.js',
  'LICENSE.txt',
];

/** koffi finds its native code by its place among packages, so it cannot be bundled: it is copied. */
export async function copyKoffi(root: string, nodeModules: string): Promise<void> {
  const koffi = dirname(createRequire(join(root, 'packages/libc/package.json')).resolve('koffi'));
  await Promise.all(KOFFI_FILES.map((name) => cp(join(koffi, name), join(nodeModules, 'koffi', name))));
  // Whatever npm has chosen for this machine's processor.
  await cp(join(koffi, '../@koromix'), join(nodeModules, '@koromix'), { recursive: true });
}
