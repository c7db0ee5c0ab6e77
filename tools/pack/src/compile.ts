import { readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import ts from 'typescript';

/** A file that the compiler has made of one below packages/NAME/src. */
export interface Output {
  readonly package: string;
  /** below the package's folder: "dist/index.js" */
  readonly path: string;
  readonly text: string;
}

/**
 * Compiles the sources of all packages, without their tests, and does not look for wrong types.
 *
 * @throws Error with what the compiler says
 */
export function compile(root: string): Output[] {
  const packages = join(root, 'packages');
  const configPath = join(root, 'tsconfig.base.json');
  const { compilerOptions } = JSON.parse(readFileSync(configPath, 'utf8')) as { compilerOptions: object };
  const { fileNames, options, errors } = ts.parseJsonConfigFileContent(
    {
      compilerOptions: {
        ...compilerOptions,
        noEmit: false,
        noCheck: true, // `npm test` has done it
        rewriteRelativeImportExtensions: true,
        declaration: true,
        sourceMap: true,
        inlineSources: true,
        rootDir: packages,
        outDir: packages,
      },
      include: ['packages/*/src/**/*.ts'],
      exclude: ['packages/**/*.test.ts', 'packages/**/testing/**'],
    },
    ts.sys,
    root,
  );
  const outputs: Output[] = [];
  const program = ts.createProgram(fileNames, options);
  const { diagnostics } = program.emit(undefined, (path, text) => {
    const [name = '', src, ...rest] = relative(packages, path).split('/');
    if (src !== 'src') throw new Error(`${path} does not come from the sources of a package`);
    if (rest.includes('testing')) throw new Error(`${path} is for tests, and a source imports it`);
    const inDist = join('dist', ...rest);
    outputs.push({ package: name, path: inDist, text: path.endsWith('.map') ? mapped(text, inDist) : text });
  });
  const problems = [...errors, ...ts.getPreEmitDiagnostics(program), ...diagnostics];
  if (problems.length > 0) throw new Error(ts.formatDiagnostics(problems, formatHost(root)));
  return outputs;
}

/** The source of dist/a/b.js is src/a/b.ts of the same package: its text is in the map. */
function mapped(text: string, path: string): string {
  const source = path.replace(/^dist/, 'src').replace(/\.js\.map$/, '.ts');
  return JSON.stringify({ ...(JSON.parse(text) as object), sources: [relative(dirname(path), source)] });
}

const formatHost = (root: string): ts.FormatDiagnosticsHost => ({
  getCanonicalFileName: (path) => path,
  getCurrentDirectory: () => root,
  getNewLine: () => '\n',
});
