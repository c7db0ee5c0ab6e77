import { expect, test } from '@jest/globals';
import { describeLab, labHost, waitForTicks } from './testing/index.ts';

const PROCESSES = 32;
const COPIES = 4_100;

describeLab('an emulated processor', () => {
  // Every checksum, key and number of every other test stands on it. Without eager-fpu, 8 to 13 of 32,000 copies were
  // wrong on hosts of two processors while a guest ran, and programs died; a host of one processor hides it.
  test('computes right in dom0, with many processes and a guest beside them', async () => {
    const host = await labHost();
    await host.run('xl create -q /guests/polite.cfg');
    await waitForTicks(host, 'polite');
    const copied = await host.exec(`/lab/copies ${PROCESSES} ${COPIES}`, { timeoutMs: 240_000 });
    expect(copied.stdout).toBe(`wrong 0 of ${PROCESSES * COPIES}\n`);
  });
});
