import { expect, test } from '@jest/globals';
import type { LabHost } from '@vm-tools/lab';
import { describeLab, leavesNoTraces, peakMemory, result, waitForTicks } from '@vm-tools/lab/testing';

describeLab('what vm-save needs of memory, on real Xen', () => {
  let a: LabHost;
  leavesNoTraces((found) => (a = found));

  test('the tool stays small with a guest of 1 GiB', async () => {
    await result(a, 'vm-create /guests/polite.cfg name=large memory=1024');
    await waitForTicks(a, 'large');
    const megabytes = await peakMemory(a, 'vm-save large -o -');
    expect(megabytes).toBeGreaterThan(40); // no node is smaller
    expect(megabytes).toBeLessThan(150);
  });
});
