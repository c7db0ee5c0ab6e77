import { beforeAll, expect, test } from '@jest/globals';
import type { LabHost } from '@vm-tools/lab';
import {
  countingConnection,
  describeLab,
  failure,
  guestAndXfrd,
  guestShell,
  labHosts,
  result,
  waitForTicks,
} from '@vm-tools/lab/testing';
import { patient } from '@vm-tools/ratelimit/testing';

const SLOW_MS = patient(300_000);
/** An idle Linux takes an emulated link three minutes, and one on a busy machine more. */
const MOVE_MS = patient(900_000);
const TEST_MS = patient(1_500_000);
/** The cable joins the hosts: no other test has a guest of this address. */
const ADDRESS = '10.99.0.71';
const GUEST = {
  name: 'mover',
  settings: [
    '/guests/linux-disk.cfg',
    `'cmdline=console=hvc0 quiet loglevel=3 mitigations=off gip=${ADDRESS}/24'`,
    `'disk=["/shared/mover.img,raw,xvda,w", "/shared/mover.qcow2,qcow2,xvdb,w"]'`,
    `'vif=["mac=00:16:3e:00:00:71"]'`,
  ].join(' '),
};

describeLab('a guest with disks and a network device, between two real Xen hosts', () => {
  let a: LabHost;
  let b: LabHost;

  beforeAll(async () => {
    ({ a, b } = await labHosts());
  });

  /** The two hosts share the folder, and see each other's writes at once. */
  test(
    'is moved while it runs, with what it has written and with its TCP connection',
    async () => {
      await a.run(
        'cp /guests/disks/raw.img /shared/mover.img; cp /guests/disks/disk.qcow2 /shared/mover.qcow2',
        {
          timeoutMs: SLOW_MS,
        },
      );
      const from = (await a.readConsole(GUEST.name)).length;
      await using _xfrd = await guestAndXfrd([a, b], GUEST);
      await a.waitForConsole(GUEST.name, /^DEVS xvda xvdb NETS eth0$/m, { timeoutMs: SLOW_MS, from });
      const shell = guestShell(a, ADDRESS);
      const written = await shell.run(
        [
          'dd if=/dev/urandom of=/tmp/data bs=64k count=16',
          'dd if=/tmp/data of=/dev/xvda bs=64k seek=32 oflag=direct',
          // New clusters of the image, of which only the qemu of the source knows: libxl's target reads zeros there.
          'dd if=/tmp/data of=/dev/xvdb bs=64k seek=500 oflag=direct',
          'sha256sum </tmp/data',
        ].join('\n'),
        { timeoutMs: SLOW_MS },
      );
      await using connection = await countingConnection(a, ADDRESS);

      const checks = await result(a, 'vm-migrate mover tcp://b:8002 --insecure --check');
      expect(JSON.stringify(checks)).toContain('"disks"');
      await a.run('vm-migrate mover tcp://b:8002 --insecure', { timeoutMs: MOVE_MS });
      await waitForTicks(b, GUEST.name);
      const { survived, longestGapMs } = await connection.report({ timeoutMs: SLOW_MS });
      console.log(`the longest gap of the connection: ${longestGapMs.toFixed(0)} ms`);
      expect(survived).toBe(true);

      await shell.run('echo 3 >/proc/sys/vm/drop_caches', { timeoutMs: SLOW_MS });
      for (const [disk, skip] of [
        ['xvda', 32],
        ['xvdb', 500],
      ] as const)
        expect(
          await shell.run(`dd if=/dev/${disk} bs=64k skip=${skip} count=16 | sha256sum`, {
            timeoutMs: SLOW_MS,
          }),
        ).toBe(written);
      expect(
        await a.run('losetup -a; ls /sys/class/net/xenbr0/brif; pgrep -f "[x]en-domid" || true'),
      ).not.toMatch(/loop|vif|^\d/m);
      await result(b, 'vm-destroy mover');
    },
    TEST_MS,
  );

  test('stays where it is when its disks are not on the other host', async () => {
    await a.run('cp /guests/disks/raw.img /tmp/alone.img');
    const settings = `/guests/polite.cfg 'disk=["/tmp/alone.img,raw,xvda,w"]'`;
    await using _xfrd = await guestAndXfrd([a, b], { name: 'alone', settings });
    const refused = await failure(a, 'vm-migrate alone tcp://b:8002 --insecure');
    expect(refused.error.code).toBe('XFR_PEER_REJECTED');
    expect(JSON.stringify(refused.error)).toContain('DOMAIN_FILE_NOT_ALLOWED');
    await waitForTicks(a, 'alone');
    await result(a, 'vm-destroy alone');
  });
});
