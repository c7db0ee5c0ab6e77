/**
 * The ground of lab tests: two running hosts, our tools on them with their results as data, the tick counters of the
 * guests, and the traces that an action leaves.
 *
 * @packageDocumentation
 */
export { guestAndXfrd } from './guest-and-xfrd.ts';
export { countingConnection } from './counting-connection.ts';
export type { ConnectionReport, CountingConnection } from './counting-connection.ts';
export { guestShell } from './guest-shell.ts';
export type { GuestShell } from './guest-shell.ts';
export { describeLab, describeTidyLab, labHost, labHosts } from './hosts.ts';
export { failure, interrupt, listed, result } from './tools.ts';
export type { Failure, PrintedError, Result } from '@vm-tools/cli/testing';
export { clockOffsetMs } from './clock-offset.ts';
export { leavesNoTraces } from './leaves-no-traces.ts';
export { freeMemoryMib, traces } from './traces.ts';
export { ticks, waitForTick, waitForTicks } from '@vm-tools/cli/testing';
export { peakMemory } from './peak-memory.ts';
export { installProgram, runProgram } from './program.ts';
export type { InstalledProgram } from './program.ts';
export { startXfrd } from './xfrd.ts';
export type { RunningXfrd, XfrdOptions } from './xfrd.ts';
