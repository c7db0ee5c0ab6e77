import type { LabHost } from '../host/lab-host.ts';
import { waitForTicks } from '@vm-tools/cli/testing';
import { result } from './tools.ts';
import { startXfrd, type RunningXfrd, type XfrdOptions } from './xfrd.ts';

/** The parts of a migration: a guest that counts on one host and an xfrd on the other, which start at the same time. */
export async function guestAndXfrd(
  [from, to]: readonly [LabHost, LabHost],
  {
    name,
    settings,
    options,
  }: {
    readonly name: string;
    /** the file and what changes it, as for vm-create */
    readonly settings: string;
    readonly options?: XfrdOptions;
  },
): Promise<RunningXfrd> {
  const create = async (): Promise<void> => {
    await result(from, `vm-create ${settings} name=${name}`);
    await waitForTicks(from, name);
  };
  const [xfrd] = await Promise.all([startXfrd(to, options), create()]);
  return xfrd;
}
