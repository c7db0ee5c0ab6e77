import { expect, test } from '@jest/globals';
import type { LabHost } from '@vm-tools/lab';
import { describeLab, leavesNoTraces, listed, result, waitForTicks } from '@vm-tools/lab/testing';

const limit = { timeoutMs: 90_000 };

describeLab('what becomes of a domain when it stops, on real Xen', () => {
  let host: LabHost;
  leavesNoTraces((found) => (host = found));

  /** Until nothing of the domain is left on the host; the monitor tells no other process when it is done. */
  async function untilGone(domid: number): Promise<void> {
    await host.run(
      `for i in $(seq 300); do xenstore-exists /libxl/${domid} || exit 0; sleep 0.2; done; exit 1`,
      limit,
    );
  }

  test('reboot: it starts anew, under another domid and the same UUID', async () => {
    const first = await result(host, 'vm-create /guests/polite.cfg name=again');
    await waitForTicks(host, 'again');
    const from = (await host.readConsole('again')).length;
    await result(host, 'vm-reboot again');
    await host.waitForConsole('again', /^tick 1\b/m, { ...limit, from });
    await untilGone(first.domid);
    const second = await listed(host, 'again');
    expect(second.domid).not.toBe(first.domid);
    expect(second.uuid).toBe(first.uuid);
    await host.run('xl destroy again');
  });

  test('crash, with on_crash=preserve: it stays to be looked at', async () => {
    await result(
      host,
      'vm-create /guests/polite.cfg name=kept on_crash=preserve cmdline="exit=crash after=2"',
    );
    await host.run('for i in $(seq 300); do xl list kept | grep -q -- ---sc- && exit 0; done; exit 1', limit);
    expect(await listed(host, 'kept')).toMatchObject({ shutdownReason: 'crash' });
    await host.run('xl destroy kept');
  });
});
