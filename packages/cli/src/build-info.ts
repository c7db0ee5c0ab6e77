import { readFileSync } from 'node:fs';

/** The facts that tools/bundle writes into the code that it makes. */
export interface BuildInfo {
  readonly version: string;
  /** `git describe` of the sources */
  readonly commit: string;
}

/** Replaced by the bundler; elsewhere there is no such variable. */
declare const VM_TOOLS_BUILD: BuildInfo | undefined;

const build = typeof VM_TOOLS_BUILD === 'undefined' ? undefined : VM_TOOLS_BUILD;

const isSource = import.meta.url.endsWith('.ts');

/** e.g. "vm-save 0.1.0 (commit 1a2b3c4)" */
export function versionText(program: string): string {
  if (build) return `${program} ${build.version} (commit ${build.commit})`;
  const manifest = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  const { version } = JSON.parse(manifest) as { version: string };
  return `${program} ${version}${isSource ? ' (from a checkout)' : ''}`;
}

/**
 * The file that node runs for one of our executables: beside this one in a bundle, and in the package beside this one
 * in a checkout and in node_modules.
 */
export function entryFile(program: string, packageName: string): URL {
  const inPackages = `../../${packageName}/${isSource ? 'src/main.ts' : 'dist/main.js'}`;
  return new URL(build ? `./${program}.js` : inPackages, import.meta.url);
}
