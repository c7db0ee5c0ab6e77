/**
 * Makes what is installed on a host, `bin/` and `lib/`, from the sources.
 *
 * @example
 * ```ts
 * const { files, bytes } = await makeBundle({ root: '/src/vm-tools', folder: '/tmp/bundle' });
 * ```
 *
 * @packageDocumentation
 */
export { listExecutables } from './executables.ts';
export type { Executable } from './executables.ts';
export { makeBundle } from './make-bundle.ts';
export type { Bundle } from './make-bundle.ts';
