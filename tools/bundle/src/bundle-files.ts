import { build, type BuildOptions, type OutputFile } from 'esbuild';
import { join } from 'node:path';
import type { BuildInfo } from './build-info.ts';
import { entry } from './entry.ts';
import type { Executable } from './executables.ts';
import { koffiBeside } from './copy-koffi.ts';
import { lazyBuiltins } from './lazy-builtins.ts';
import type { Prepared } from './prepare-texts.ts';

/** The sources, the folder of what is made of them, and the facts that --version prints. */
export interface BundleContext {
  readonly root: string;
  readonly lib: string;
  readonly info: BuildInfo;
}

/** A source, and the name of `lib/NAME.js` that is made of it. */
export interface Program {
  readonly in: string;
  readonly out: string;
}

/**
 * One file is read and compiled faster than many, and CommonJS starts faster than a module. What a tool imports when it
 * runs is evaluated only then, as if it were a file of its own. Names are kept, and maps of the places: a stack must lead
 * to the sources.
 */
const OPTIONS = {
  bundle: true,
  format: 'cjs',
  platform: 'node',
  minifyWhitespace: true,
  minifySyntax: true,
  lineLimit: 160,
  legalComments: 'none',
  logLevel: 'warning',
  write: false,
} as const satisfies BuildOptions;

/** `lib/NAME.main.js`: the executable, but for what node runs first of it. */
export const mainOf = ({ name, folder }: Executable): Program => ({
  in: join(folder, 'src/main.ts'),
  out: `${name}.main`,
});

/** `lib/NAME.js`, which node runs. */
export async function bundleEntry(
  { executable: { name, folder }, texts, digest }: Prepared,
  { root, lib }: BundleContext,
): Promise<OutputFile[]> {
  const { outputFiles } = await build({
    ...OPTIONS,
    absWorkingDir: root,
    stdin: { contents: entry(name, texts, digest), resolveDir: folder },
    outfile: join(lib, `${name}.js`),
    external: [`./${name}.main.js`],
    target: 'node16',
  });
  return outputFiles;
}

/**
 * What stands for `import.meta.url` in CommonJS. It is put in as it is, so no source may have a name like it: an
 * argument of that name would stand for itself.
 */
const FILE_URL = 'vmToolsBundledFileUrl';

/** What esbuild makes of all programs: it reads a source that several of them share once. */
export async function bundlePrograms(
  programs: readonly Program[],
  { root, lib, info }: BundleContext,
): Promise<OutputFile[]> {
  const { outputFiles } = await build({
    ...OPTIONS,
    absWorkingDir: root,
    entryPoints: [...programs],
    outdir: lib,
    target: 'node24',
    sourcemap: 'linked',
    sourcesContent: false,
    supported: { 'dynamic-import': false },
    plugins: [lazyBuiltins, koffiBeside],
    banner: { js: `const ${FILE_URL} = require('node:url').pathToFileURL(__filename).href;` },
    define: { VM_TOOLS_BUILD: JSON.stringify(info), 'import.meta.url': FILE_URL },
  });
  return outputFiles;
}
