import { describe } from '@jest/globals';
import { attachLab } from '../lab.ts';
import type { LabHost } from '../lab-host.ts';
import { labName, skipReason } from './environment.ts';

/** Where the hosts of the lab tests are, when they are up; set by the global set-up for all test files. */
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
