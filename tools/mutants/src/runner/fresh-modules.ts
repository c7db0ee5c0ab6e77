import { readFileSync } from 'node:fs';
import { registerHooks, stripTypeScriptTypes } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const RUN = /\?run=\d+$/;
const DOUBLES = new Map(
  ['@jest/globals'].map((name) => [name, pathToFileURL(join(import.meta.dirname, 'globals.ts')).href]),
);

const sources = new Map<string, string>();
let runs = 0;

/** From now on tests find our `describe`, `test` and `expect` under jest's name. */
export function hookModules(): void {
  // Imported again for each run: the copies of packages, and nothing that was installed.
  const copies = pathToFileURL(join(process.cwd(), 'packages/')).href;
  registerHooks({
    resolve(specifier, context, next) {
      const url = DOUBLES.get(specifier);
      if (url !== undefined) return { url, shortCircuit: true };
      const resolved = next(specifier, context);
      const run = RUN.exec(context.parentURL ?? '')?.[0];
      return run !== undefined && resolved.url.startsWith(copies) && !RUN.test(resolved.url)
        ? { ...resolved, url: resolved.url + run }
        : resolved;
    },
    load(url, context, next) {
      if (!RUN.test(url) || !url.replace(RUN, '').endsWith('.ts')) return next(url, context);
      return { format: 'module', source: sourceOf(url.replace(RUN, '')), shortCircuit: true };
    },
  });
}

function sourceOf(url: string): string {
  const known = sources.get(url);
  if (known !== undefined) return known;
  const source = stripTypeScriptTypes(readFileSync(fileURLToPath(url), 'utf8'));
  sources.set(url, source);
  return source;
}

/** Imports these files and all that they import as if nothing had been imported before. */
export async function importFresh(files: readonly string[]): Promise<void> {
  runs += 1;
  for (const file of files) await import(`${pathToFileURL(file).href}?run=${runs}`);
}
