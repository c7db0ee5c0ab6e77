/**
 * Executables as tests see them: processes that print results, errors and events.
 *
 * @packageDocumentation
 */
export { checkLine, checkPrinted, checkResult } from './check-printed.ts';
export { freePort } from './free-port.ts';
export { runMain, startMain } from './run-main.ts';
export type { EndedMain, StartedMain } from './run-main.ts';
export { ticks, waitForTick, waitForTicks } from './ticks.ts';
export type { ConsoleHost } from './ticks.ts';
export { toolTests } from './tools.ts';
export type { PrintedError } from '@vm-tools/errors';
export type { Failure, Result, ToolEvent, ToolHost, ToolTests } from './tools.ts';
export { untilListening } from './until-listening.ts';
export type { StartedDaemon } from './until-listening.ts';
