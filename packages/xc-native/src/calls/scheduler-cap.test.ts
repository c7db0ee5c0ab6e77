import { expect, test } from '@jest/globals';
import type { Libxc } from '../libxc.ts';
import { getCap, setCap } from './scheduler-cap.ts';

/** A host whose scheduler has this number, and no other call than the one that asks for it. */
function hostWith(scheduler: number): Libxc {
  const call = (name: string, [, id]: readonly unknown[]): void => {
    expect(name).toBe('xc_sched_id');
    (id as Buffer).writeInt32LE(scheduler);
  };
  return { call, xch: null, layouts: {} } as unknown as Libxc;
}

test.each([4, 7, 8, 9])('a host with scheduler %d, which knows no cap, says so', (scheduler) => {
  const error = { code: 'XEN_NO_CAP', kind: 'usage', hint: expect.stringContaining('credit2') };
  expect(() => getCap(hostWith(scheduler), 3)).toThrow(expect.objectContaining(error));
  expect(() => setCap(hostWith(scheduler), 3, 50)).toThrow(expect.objectContaining(error));
});
