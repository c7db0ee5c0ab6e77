/**
 * Tests of tools: simulated hosts in the test's process, and the tools as processes of their own that act on them.
 * What the lab has too has the same name, so that a test can move between both.
 *
 * @example
 * ```ts
 * testOnHost('a name in use is refused', async (host) => {
 *   await result(host, 'vm-create polite.cfg name=taken');
 *   const { status } = await unchanged(host, () => failure(host, 'vm-create polite.cfg name=taken'));
 *   expect(status).toBe(2);
 * });
 * ```
 *
 * @packageDocumentation
 */
export { startTestHost } from './test-host.ts';
export type { TestHost, TestHostOptions } from './test-host.ts';
export type { ExecOptions, ExecResult, LineProcess } from './run-line.ts';
export { addForeignDomain, leaveFree } from './foreign-domain.ts';
export { testRefusals } from './refusals.ts';
export { testOnHost, testOnTwoHosts } from './on-host.ts';
export { state, unchanged, unchangedInTheEnd } from './state.ts';
export { failure, interrupt, interruptAt, listed, result } from './tools.ts';
export type { Failure, PrintedError, Result, ToolEvent, ToolHost } from '@vm-tools/cli/testing';
export { listenTo } from './listen-to.ts';
export type { Listener } from './listen-to.ts';
export { LONG } from './long.ts';
export { configureXfrd } from './configure-xfrd.ts';
export { startXfrd } from './xfrd.ts';
export type { RunningXfrd } from './xfrd.ts';
export { until } from './until.ts';
export { writeImage } from './write-image.ts';
export { damagedPage, hasBooted } from '../guest/pages/damaged-page.ts';
export { checkLine, checkResult, ticks, waitForTick, waitForTicks } from '@vm-tools/cli/testing';
