import { beforeAll, expect, test } from '@jest/globals';
import type { LabHost } from '@vm-tools/lab';
import { describeLab, labHosts, peakMemory, result, waitForTicks } from '@vm-tools/lab/testing';

describeLab('what sender and receiver need of memory, between two real Xen hosts', () => {
  let a: LabHost;
  let b: LabHost;

  beforeAll(async () => {
    ({ a, b } = await labHosts());
  });

  // The link between the hosts takes minutes for 1 GiB.
  test('sender and receiver stay small with a guest of 1 GiB', async () => {
    await result(a, 'vm-create /guests/polite.cfg name=large memory=1024');
    await waitForTicks(a, 'large');
    const receiver = peakMemory(b, 'xfrd --listen tcp://0.0.0.0:8002 --insecure --once');
    await b.run('for i in $(seq 300); do ss -ltn | grep -q :8002 && exit 0; sleep 0.1; done; exit 1');
    const peaks = [await peakMemory(a, 'vm-migrate large tcp://b:8002 --insecure'), await receiver];
    for (const megabytes of peaks) {
      expect(megabytes).toBeGreaterThan(40); // no node is smaller
      expect(megabytes).toBeLessThan(150);
    }
    await b.run('xl destroy large');
  }, 700_000);
});
