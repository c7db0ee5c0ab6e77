import { expect } from '@jest/globals';
import type { LabHost } from '@vm-tools/lab';
import { listed, result, ticks, waitForTick } from '@vm-tools/lab/testing';

/** The tool's report of it. */
export interface Moved {
  readonly live: boolean;
  readonly downtimeMs: number;
  readonly uuid: string;
  readonly domid: number;
  readonly warnings: readonly unknown[];
}

/** Moves a guest with these options, and sees it on the other host, as it was. */
export async function moves(
  [from, to]: readonly [LabHost, LabHost],
  name: string,
  options: string,
  how: 'live' | 'non-live',
): Promise<Moved> {
  const moved = await result<Moved>(from, `vm-migrate ${name} ${options}`);
  expect(moved.live).toBe(how === 'live');
  expect(moved.downtimeMs).toBeGreaterThan(0);
  const counted = await ticks(from, name);
  await waitForTick(to, name, counted + 2);
  expect(await from.run('xl list')).not.toContain(name);
  expect(await to.run('xl list')).toContain(name);
  const { uuid, domid } = moved;
  expect(await listed(to, name)).toMatchObject({ name, uuid, domid });
  await result(to, `vm-destroy ${name}`);
  return moved;
}
