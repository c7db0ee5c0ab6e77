import { expect, test } from '@jest/globals';
import type { Libxc } from '../libxc.ts';
import { XEN_4_17 } from '../versions/4.17.ts';
import { getCap, setCap } from './scheduler-cap.ts';

/** A host whose scheduler has this number, with no domain, and no calls but those that ask for the two. */
function hostWith(scheduler: number): Libxc {
  const call = (name: string, [, id]: readonly unknown[]): number => {
    expect(['xc_sched_id', 'xc_domain_getinfolist']).toContain(name);
    if (name === 'xc_sched_id') (id as Buffer).writeInt32LE(scheduler);
    return 0;
  };
  return { call, xch: null, layouts: XEN_4_17.layouts } as unknown as Libxc;
}

test.each([4, 7, 8, 9])('a host with scheduler %d, which knows no cap, says so', (scheduler) => {
  const error = { code: 'XEN_NO_CAP', kind: 'usage', hint: expect.stringContaining('credit2') };
  expect(() => getCap(hostWith(scheduler), 3)).toThrow(expect.objectContaining(error));
  expect(() => setCap(hostWith(scheduler), 3, 50)).toThrow(expect.objectContaining(error));
});
