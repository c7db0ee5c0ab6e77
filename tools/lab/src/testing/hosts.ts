import { afterEach, describe, jest } from '@jest/globals';
import { attachLab, type Lab } from '../lab.ts';
import type { LabHost } from '../host/lab-host.ts';
import { labName, mixedPass, pairPass, skipReason } from './suite/environment.ts';

/**
 * One host for a test file that needs no more, and has it for itself: jest numbers its workers from 1, and the first
 * gets host a, the second host b. So two such files run at the same time.
 */
export async function labHost(): Promise<LabHost> {
  const lab = await testLab();
  return lab.host(process.env['JEST_WORKER_ID'] === '2' ? 'b' : 'a');
}

/** Both hosts, for tests that move something between them; such files are named `*.pair.lab.test.ts`. */
export async function labHosts(): Promise<{ readonly a: LabHost; readonly b: LabHost }> {
  const lab = await testLab();
  return { a: lab.host('a'), b: lab.host('b') };
}

async function testLab(): Promise<Lab> {
  const lab = await attachLab(process.env[labName]);
  if (lab === undefined) throw new Error(`no lab ${process.env[labName] ?? ''} is up`);
  return lab;
}

/**
 * `describe` for tests that need the lab. Where it cannot run they are reported as skipped, with the reason.
 *
 * Once in a while an emulated processor gives a guest a fault that a real one would not, so a test that has failed is
 * run once more; what failed is printed either way. What it left is removed for the next one. The closing lines of a run
 * count such tests (tally.ts), and more than one in a hundred makes it fail.
 */
export function describeLab(name: string, body: () => void): void {
  describeTidyLab(name, () => {
    body();
    afterEach(async () => {
      const hasBoth = [pairPass, mixedPass].some((pass) => process.env[pass] !== undefined);
      const hosts = hasBoth ? Object.values(await labHosts()) : [await labHost()];
      await Promise.all(hosts.map(removeDomains));
    });
  });
}

/**
 * The same for tests that make no domains, or destroy them even when they fail: there is no need to look for some,
 * which takes longer than many of these tests.
 */
export function describeTidyLab(name: string, body: () => void): void {
  const reason = process.env[skipReason];
  if (reason !== undefined) {
    describe.skip(`${name} [skipped: ${reason}]`, body);
    return;
  }
  jest.retryTimes(1, { logErrorsBeforeRetry: true });
  describe(name, body);
}

async function removeDomains(host: LabHost): Promise<void> {
  await host.run(
    'for domid in $(xl list | tail -n +3 | awk \'{ print $2 }\'); do xl destroy "$domid"; done; true',
  );
}
