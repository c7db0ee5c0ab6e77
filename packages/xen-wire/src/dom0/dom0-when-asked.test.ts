import { expect, test } from '@jest/globals';
import { VmToolsError } from '@vm-tools/errors';
import { dom0WhenAsked } from './dom0-when-asked.ts';
import type { RemoteDom0 } from './remote-dom0.ts';

function counting(fail = false) {
  const counts = { connected: 0, closed: 0 };
  const dom0 = dom0WhenAsked(async () => {
    counts.connected += 1;
    if (fail) throw new VmToolsError({ code: 'XEN_SIM_ABSENT', message: 'gone' });
    return {
      hasBridge: async (name: string) => name === 'xenbr0',
      close: async () => void (counts.closed += 1),
    } as RemoteDom0;
  });
  return { counts, dom0 };
}

test('it is connected to once, by the first call, and closed if it was', async () => {
  const { counts, dom0 } = counting();
  expect(await Promise.all([dom0.hasBridge('xenbr0'), dom0.hasBridge('b')])).toEqual([true, false]);
  await dom0.close();
  expect(counts).toEqual({ connected: 1, closed: 1 });
});

test('one that is not asked is not connected to', async () => {
  const { counts, dom0 } = counting();
  await dom0.close();
  expect(counts).toEqual({ connected: 0, closed: 0 });
});

test('a call fails as its connection does', async () => {
  const { dom0 } = counting(true);
  await expect(dom0.hasBridge('xenbr0')).rejects.toMatchObject({ code: 'XEN_SIM_ABSENT' });
  await dom0.close();
});
