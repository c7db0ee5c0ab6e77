import { build, type BuildOptions, type OutputFile } from 'esbuild';
import { join } from 'node:path';
import { entry } from './entry.ts';
import type { Executable } from './executables.ts';

/** The sources, the folder of what is made of them, and the facts that --version prints. */
export interface BundleContext {
  readonly root: string;
  readonly lib: string;
  readonly info: object;
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
  external: ['koffi'],
  minifyWhitespace: true,
  minifySyntax: true,
  lineLimit: 160,
  legalComments: 'none',
  logLevel: 'warning',
  write: false,
} as const satisfies BuildOptions;

/** `lib/NAME.js`, which node runs, and `lib/NAME.main.js`, which is all the rest of the executable. */
export async function bundleExecutable(
  { name, folder }: Executable,
  context: BundleContext,
): Promise<OutputFile[]> {
  const outfile = join(context.lib, `${name}.js`);
  const [{ outputFiles }, main] = await Promise.all([
    build({
      ...OPTIONS,
      absWorkingDir: context.root,
      stdin: { contents: entry(name), resolveDir: folder },
      outfile,
      external: [`./${name}.main.js`],
      target: 'node16',
    }),
    bundleProgram(join(folder, 'src/main.ts'), `${name}.main`, context),
  ]);
  return [...outputFiles, ...main];
}

/** `lib/NAME.js` of a program that only our tools start. */
export async function bundleProgram(
  source: string,
  name: string,
  { root, lib, info }: BundleContext,
): Promise<OutputFile[]> {
  const { outputFiles } = await build({
    ...OPTIONS,
    absWorkingDir: root,
    entryPoints: [source],
    outfile: join(lib, `${name}.js`),
    target: 'node24',
    sourcemap: 'linked',
    sourcesContent: false,
    supported: { 'dynamic-import': false },
    banner: { js: "const moduleUrl = require('node:url').pathToFileURL(__filename).href;" },
    define: { VM_TOOLS_BUILD: JSON.stringify(info), 'import.meta.url': 'moduleUrl' },
  });
  return outputFiles;
}
