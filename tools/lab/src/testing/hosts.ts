import { describe } from '@jest/globals';
import { attachLab } from '../lab.ts';
import type { LabHost } from '../lab-host.ts';
import { labName, skipReason } from './environment.ts';

/**
 * One host for a test file that needs no more, and has it for itself: jest numbers its workers from 1, and the first
 * gets host a, the second host b. So two such files run at the same time.
 */
export async function labHost(): Promise<LabHost> {
  const { a, b } = await labHosts();
  return process.env['JEST_WORKER_ID'] === '2' ? b : a;
}

/** Both hosts, for tests that move something between them; such files are named `*.pair.lab.test.ts`. */
export async function labHosts(): Promise<{ readonly a: LabHost; readonly b: LabHost }> {
  const lab = await attachLab(process.env[labName]);
  if (lab === undefined) throw new Error(`no lab ${process.env[labName] ?? ''} is up`);
  return { a: lab.host('a'), b: lab.host('b') };
}

/** `describe` for tests that need the lab. Where it cannot run they are reported as skipped, with the reason. */
export function describeLab(name: string, body: () => void): void {
  const reason = process.env[skipReason];
  if (reason === undefined) describe(name, body);
  else describe.skip(`${name} [skipped: ${reason}]`, body);
}
