/**
 * The tests that each answer to `Dom0` has to pass.
 *
 * @packageDocumentation
 */
export { dom0Compliance } from './compliance.ts';
export type { Dom0Ground } from './compliance.ts';
