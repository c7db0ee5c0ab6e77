import { expect, test } from '@jest/globals';
import type { LabHost } from '@vm-tools/lab';
import { describeLab, leavesNoTraces, result, ticks, waitForTick, waitForTicks } from '@vm-tools/lab/testing';

describeLab('images of real Xen', () => {
  let a: LabHost;
  leavesNoTraces((found) => (a = found), 'rm -f /tmp/*.img /tmp/*.zst');

  test('one of xl is told, checked and compressed, comes back from that, and is the same when it is expanded', async () => {
    await a.run('xl create -q /guests/polite.cfg name=\'"imaged"\'');
    await waitForTicks(a, 'imaged');
    await a.run('xl save imaged /tmp/x.img');
    const counted = await ticks(a, 'imaged');
    expect(await result<object>(a, 'vm-image info /tmp/x.img --pages')).toMatchObject({
      name: 'imaged',
      type: 'pvh',
      format: 'xl',
      xenVersion: a.xen,
      isWhole: true,
      zeroPages: expect.any(Number),
    });
    await a.run('vm-image convert /tmp/x.img -o /tmp/x.zst');
    expect(await result<object>(a, 'vm-image verify /tmp/x.img /tmp/x.zst')).toMatchObject([
      { ok: true },
      { ok: true },
    ]);
    await a.run('vm-image convert /tmp/x.zst -o /tmp/y.img && cmp /tmp/x.img /tmp/y.img');
    await a.run('truncate -s -100 /tmp/y.img');
    expect((await a.exec('vm-image verify /tmp/y.img')).code).toBe(1);
    await result(a, 'vm-restore /tmp/x.zst');
    await waitForTick(a, 'imaged', counted + 2);
    await a.run('xl destroy imaged');
  });
});
