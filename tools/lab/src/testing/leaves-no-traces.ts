import { afterEach, beforeAll, expect } from '@jest/globals';
import type { LabHost } from '../host/lab-host.ts';
import { labHost } from './hosts.ts';
import { traces } from './traces.ts';

/**
 * In `describeLab`, for tests on one host: each must leave the host as the first has found it.
 *
 * @param use is given the host before the first test
 * @param cleanUp a line of shell that runs on the host after each test, before the comparison
 * @returns the same comparison, for the midst of a test
 */
export function leavesNoTraces(use: (host: LabHost) => void, cleanUp?: string): () => Promise<void> {
  let host: LabHost;
  let before: string;
  const expectAsBefore = async (): Promise<void> => {
    expect(await traces(host)).toBe(before);
  };
  beforeAll(async () => {
    host = await labHost();
    before = await traces(host);
    use(host);
  });
  afterEach(async () => {
    if (cleanUp !== undefined) await host.run(cleanUp);
    await expectAsBefore();
  });
  return expectAsBefore;
}
