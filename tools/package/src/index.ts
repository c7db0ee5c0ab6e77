/**
 * Makes what apt installs: packages for Debian.
 *
 * @example
 * ```ts
 * const paths = await buildPackages({ root: '/src/vm-tools', folder: '/tmp/packages' });
 * ```
 *
 * @packageDocumentation
 */
export { buildPackages } from './build-packages.ts';
export type { PackageOptions } from './build-packages.ts';
