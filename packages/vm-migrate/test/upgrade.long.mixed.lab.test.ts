import { beforeAll, expect, test } from '@jest/globals';
import type { LabHost } from '@vm-tools/lab';
import {
  describeLab,
  guestAndXfrd,
  guestShell,
  labHosts,
  result,
  startXfrd,
  ticks,
  waitForTick,
  waitForTicks,
} from '@vm-tools/lab/testing';
import { patient } from '@vm-tools/ratelimit/testing';

const MOVES = Number(process.env['VM_TOOLS_MOVES'] ?? 10);
const SLOW_MS = patient(300_000);
const TEST_MS = patient(2_400_000);
const ADDRESS = '10.99.0.72';
const TO_B = 'tcp://b:8002 --insecure';

describeLab('guests with a disk, from one Xen to a newer one', () => {
  let a: LabHost;
  let b: LabHost;

  beforeAll(async () => {
    ({ a, b } = await labHosts());
    expect([a.xen, b.xen]).toEqual(['4.17', '4.20']);
  });

  test(
    'none is lost, as often as they go',
    async () => {
      await a.run('cp /guests/disks/raw.img /shared/upgrade.img', { timeoutMs: SLOW_MS });
      await using _xfrd = await startXfrd(b);
      const settings = `/guests/polite.cfg 'disk=["/shared/upgrade.img,raw,xvda,w"]'`;
      for (let move = 1; move <= MOVES; move += 1) {
        const name = `goes-${move}`;
        await result(a, `vm-create ${settings} name=${name}`);
        await waitForTicks(a, name);
        const { live } = await result<{ live: boolean }>(a, `vm-migrate ${name} ${TO_B}`);
        expect(live).toBe(true);
        await waitForTick(b, name, (await ticks(a, name)) + 2);
        expect(await b.run(`xl block-list ${name}`)).toMatch(/51712/);
        expect(await a.run('xl list; losetup -a')).not.toMatch(/goes-|upgrade/);
        await result(b, `vm-destroy ${name}`);
      }
    },
    TEST_MS,
  );

  test(
    'Linux reads there what it has written here',
    async () => {
      await a.run('cp /guests/disks/raw.img /shared/upgrade.img', { timeoutMs: SLOW_MS });
      const settings = [
        '/guests/linux-disk.cfg',
        `'cmdline=console=hvc0 quiet loglevel=3 mitigations=off gip=${ADDRESS}/24'`,
        `'disk=["/shared/upgrade.img,raw,xvda,w"]'`,
        `'vif=["mac=00:16:3e:00:00:72"]'`,
      ].join(' ');
      await using _xfrd = await guestAndXfrd([a, b], { name: 'linux', settings });
      await a.waitForConsole('linux', /^DEVS xvda NETS eth0$/m, { timeoutMs: SLOW_MS });
      const shell = guestShell(a, ADDRESS);
      const write = [
        'dd if=/dev/urandom of=/tmp/data bs=64k count=16',
        'dd if=/tmp/data of=/dev/xvda bs=64k seek=32 oflag=direct',
        'sha256sum </tmp/data',
      ];
      const written = await shell.run(write.join('\n'), { timeoutMs: SLOW_MS });
      await a.run(`vm-migrate linux ${TO_B}`, { timeoutMs: patient(900_000) });
      await waitForTicks(b, 'linux');
      await shell.run('echo 3 >/proc/sys/vm/drop_caches', { timeoutMs: SLOW_MS });
      const read = 'dd if=/dev/xvda bs=64k skip=32 count=16 | sha256sum';
      expect(await shell.run(read, { timeoutMs: SLOW_MS })).toBe(written);
      await result(b, 'vm-destroy linux');
    },
    TEST_MS,
  );
});
