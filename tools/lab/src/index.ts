/**
 * Real Xen hosts in QEMU, for tests.
 *
 * @example
 * ```ts
 * const lab = await startLab({ name: 'demo', hosts: ['a'] });
 * const a = lab.host('a');
 * await a.run(['xl', 'create', '/guests/polite.cfg']);
 * await a.waitForConsole('polite', /tick 3 /);
 * await lab.down();
 * ```
 *
 * @packageDocumentation
 */
export { labAvailability } from './availability.ts';
export type { Availability } from './availability.ts';
export { runChild, runChildStrictly } from './local/child.ts';
export type { ChildOptions, ExecResult } from './local/child.ts';
export { during, reportOf } from './local/report.ts';
export type { Report } from './local/report.ts';
export { canInstall, ensurePrograms, missingOf } from './local/prerequisites.ts';
export { buildAside, exists } from './local/build-aside.ts';
export { cloudImage } from './images/cloud-image.ts';
export { unpackPackage } from './images/fetch-package.ts';
export { RELEASES, isRelease, releaseNames } from './images/releases.ts';
export type { Release } from './images/releases.ts';
export { freePort } from '@vm-tools/cli/testing';
export { hostNames } from './machine/host-name.ts';
export type { HostName } from './machine/host-name.ts';
export type { LabHost } from './host/lab-host.ts';
export { attachLab, startLab } from './lab.ts';
export type { Lab, StartOptions } from './lab.ts';
export type { ExecOptions } from './host/remote-exec.ts';
export type { RemoteCommand, RemoteProcess, SpawnOptions } from './host/remote-process.ts';
export { syncBundle } from './host/sync.ts';
export type { WaitOptions } from './host/wait-for-text.ts';
