/**
 * Executables as tests see them: processes that print results, errors and events.
 *
 * @packageDocumentation
 */
export { runMain, startMain } from './run-main.ts';
export type { EndedMain, StartedMain } from './run-main.ts';
export { toolTests } from './tools.ts';
export type { Failure, PrintedError, Result, ToolEvent, ToolHost, ToolTests } from './tools.ts';
