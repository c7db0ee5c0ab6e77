/**
 * Simulated hosts in processes of their own, as the command `xen-sim` starts, asks and ends them.
 *
 * @example
 * ```ts
 * const { domains } = await askHost('a', { ask: 'status' });
 * await askHost('a', { ask: 'add-fault', rule: { call: 'domainBuild', errno: 'ENOMEM' } });
 * ```
 *
 * @packageDocumentation
 */
export { askHost } from './host/control/ask-host.ts';
export type { ControlAnswers, ControlRequest, HostStatus } from './host/control/control-messages.ts';
export { alreadyRuns, claimFolder, listNames, statusOfHost } from './host/claim-folder.ts';
export { makePrivateFolder } from './host/private-folder.ts';
