/**
 * Compares tables of C prototypes, struct layouts and CPU features with the real headers, by letting gcc check one
 * static assertion for each fact.
 *
 * ```ts
 * for (const [version, tables] of Object.entries(SUPPORTED_VERSIONS))
 *   console.log(version, await checkAbi(tables, await ensureHeaders(version)));
 * ```
 *
 * @packageDocumentation
 */
export { checkAbi } from './check-abi.ts';
export { generateCheck } from './generate-check.ts';
export type { AbiTables } from './generate-check.ts';
export type { Headers } from './compile.ts';
export { ensureHeaders } from './headers.ts';
