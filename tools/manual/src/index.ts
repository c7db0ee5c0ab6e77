/**
 * Manual pages and completions for shells, made from what the tools say about themselves.
 *
 * @example
 * ```ts
 * const { pages, tools } = await writeManual('/tmp/manual');
 * ```
 *
 * @packageDocumentation
 */
export { writeManual } from './write-manual.ts';
export type { Manual } from './write-manual.ts';
