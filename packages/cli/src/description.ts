/**
 * What all executables have in common when they are described: for manuals and the completions of shells.
 *
 * @packageDocumentation
 */
export { commonOptions, DEFAULT_HOST, HOST_VARIABLE } from './command/options/common-options.ts';
export { EXIT_MEANINGS } from './command/exit-codes.ts';
