/**
 * Reads what people and peers write: numbers with their ranges and units, what a name may be, and foreign text made
 * safe to print. Code that reads a command line, a configuration or a foreign message asks here.
 *
 * @example
 * ```ts
 * const timeoutMs = parseDuration('5m', { ...RANGES.wait, alone: 's' });
 * const problem = nameProblem(name);
 * if (problem !== undefined) throw new Error(`the name ${shown(name)} ${problem}`);
 * ```
 *
 * @packageDocumentation
 */
export { RANGES } from './ranges.ts';
export type { CountRange, DurationRange } from './ranges.ts';
export { describeDuration, parseDuration } from './duration.ts';
export type { DurationSyntax } from './duration.ts';
export { parseCount } from './count.ts';
export { SIZE_PATTERN, sizeOf, sizeWords } from './size.ts';
export type { SizeSyntax } from './size.ts';
export { MAX_NAME_BYTES, nameProblem } from './name.ts';
export { editDistance, suggest } from './suggest.ts';
export { shown, shownJson, shownLines } from './shown.ts';
