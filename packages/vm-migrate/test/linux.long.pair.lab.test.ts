import { beforeAll, expect, test } from '@jest/globals';
import type { LabHost } from '@vm-tools/lab';
import { describeLab, guestAndXfrd, labHosts, traces } from '@vm-tools/lab/testing';
import { moves } from './moves.ts';

describeLab('Linux between two real Xen hosts', () => {
  let a: LabHost;
  let b: LabHost;

  beforeAll(async () => {
    ({ a, b } = await labHosts());
  });

  test.each([
    ['linux-pvh', 'live'],
    ['linux-pv', 'non-live'],
  ] as const)('%s moves (%s) and goes on counting', async (guest, how) => {
    const before = [await traces(a), await traces(b)];
    const name = `move-${guest}`;
    {
      await using _ = await guestAndXfrd([a, b], { name, settings: `/guests/${guest}.cfg` });
      await moves([a, b], name, 'tcp://b:8002 --insecure', how);
    }
    expect([await traces(a), await traces(b)]).toEqual(before);
  });
});
