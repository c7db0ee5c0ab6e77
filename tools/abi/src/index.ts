/**
 * Compares tables of C prototypes, struct layouts and CPU features with the real headers, by letting gcc check one
 * static assertion for each fact.
 *
 * ```ts
 * const cpuFeatures = CPU_FEATURE_WORDS;
 * const differences = await checkAbi({ prototypes: PROTOTYPES, callbacks: CALLBACKS, layouts, cpuFeatures });
 * ```
 *
 * @packageDocumentation
 */
export { checkAbi } from './check-abi.ts';
export { generateCheck } from './generate-check.ts';
export type { AbiTables } from './generate-check.ts';
export { ensureHeaders } from './headers.ts';
