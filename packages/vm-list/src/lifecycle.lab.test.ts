import { expect, test } from '@jest/globals';
import type { LabHost } from '@vm-tools/lab';
import {
  describeLab,
  failure,
  leavesNoTraces,
  listed,
  result,
  ticks,
  waitForTicks,
} from '@vm-tools/lab/testing';

describeLab('naming, listing, pausing and ending domains on real Xen', () => {
  let host: LabHost;
  leavesNoTraces((found) => (host = found));

  test('a domain is known by name, domid and UUID; paused, it stands still', async () => {
    const { domid, uuid } = await result(host, 'vm-create /guests/polite.cfg name=known');
    await waitForTicks(host, 'known');
    await result(host, 'vm-pause known');
    await result(host, `vm-pause ${domid}`); // twice is once
    expect((await listed(host, uuid)).state).toBe('paused');
    expect(await host.run('xl list known')).toMatch(/--p---/);
    const counted = await ticks(host, 'known');
    await result(host, `vm-unpause ${uuid}`);
    await waitForTicks(host, 'known');
    expect(await ticks(host, 'known')).toBeGreaterThan(counted);
    await result(host, `vm-destroy ${domid}`);
  });

  test('a guest that does not answer is given up, and --force ends it', async () => {
    await result(host, 'vm-create /guests/rude.cfg name=deaf');
    await waitForTicks(host, 'deaf');
    const { status, error } = await failure(host, 'vm-shutdown deaf --timeout 2');
    expect({ status, code: error.code }).toEqual({ status: 124, code: 'DOMAIN_SHUTDOWN_TIMEOUT' });
    await waitForTicks(host, 'deaf');
    const { domid } = await listed(host, 'deaf');
    await result(host, 'vm-shutdown deaf --timeout 1 --force --wait');
    await host.run(
      `for i in $(seq 300); do xenstore-exists /libxl/${domid} || exit 0; sleep 0.2; done; exit 1`,
    );
  });

  test('vm-console shows what the guest says until it ends', async () => {
    await result(host, 'vm-create /guests/polite.cfg name=heard');
    const console = host.spawn(['vm-console', 'heard']);
    const said = new Promise<void>((resolve) => {
      let text = '';
      console.stdout.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
        if (/tick \d+/.test(text)) resolve();
      });
    });
    await said;
    await result(host, 'vm-destroy heard');
    expect(await console.exited).toBe(0);
    expect(await host.run('vm-console heard --log')).toMatch(/tick \d+/);
  });
});
