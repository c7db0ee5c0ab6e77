/**
 * Compares tables of C prototypes and struct layouts with the real headers, by letting gcc check one static
 * assertion for each fact.
 *
 * ```ts
 * const differences = await checkAbi({ prototypes: PROTOTYPES, callbacks: CALLBACKS, layouts });
 * ```
 *
 * @packageDocumentation
 */
export { checkAbi } from './check-abi.ts';
export { generateCheck } from './generate-check.ts';
export type { AbiTables } from './generate-check.ts';
export { ensureHeaders } from './headers.ts';
