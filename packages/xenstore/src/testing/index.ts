/**
 * The jest tests of every xenstored: run against the one in memory, and against the real one in the lab.
 *
 * @example
 * ```ts
 * xenstoreCompliance(() => connectXenstore({ path: '/run/xenstored/socket' }));
 * ```
 *
 * @packageDocumentation
 */
export { xenstoreCompliance } from './compliance.ts';
