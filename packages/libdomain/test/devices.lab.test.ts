import { expect, test } from '@jest/globals';
import type { LabHost } from '@vm-tools/lab';
import {
  describeLab,
  failure,
  guestShell,
  leavesNoTraces,
  result,
  waitForTicks,
} from '@vm-tools/lab/testing';
import { patient } from '@vm-tools/ratelimit/testing';

const SLOW_MS = patient(240_000);
/** The cable joins the hosts: no other test has a guest of this address. */
const ADDRESS = '10.99.0.61';
const CMDLINE = `console=hvc0 quiet loglevel=3 mitigations=off gip=${ADDRESS}/24`;

describeLab('a guest of ours with disks and a network device, on real Xen', () => {
  let a: LabHost;
  const expectNothingLeft = leavesNoTraces((found) => (a = found), 'rm -f /tmp/ours-*');

  test('keeps them over save and restore, is one of xl’s own, and leaves nothing', async () => {
    await a.run(
      'cp /guests/disks/raw.img /tmp/ours-raw.img; cp /guests/disks/disk.qcow2 /tmp/ours-disk.qcow2',
      {
        timeoutMs: SLOW_MS,
      },
    );
    const overrides = [
      `name=ours`,
      `cmdline=${CMDLINE}`,
      `disk=["/tmp/ours-raw.img,raw,xvda,w", "/tmp/ours-disk.qcow2,qcow2,xvdb,w"]`,
      `vif=["mac=00:16:3e:00:00:61"]`,
    ];
    const create = ['vm-create', '/guests/linux-disk.cfg', ...overrides];
    const from = (await a.readConsole('ours')).length;
    await a.run(create, { timeoutMs: SLOW_MS });
    await a.waitForConsole('ours', /^DEVS xvda xvdb NETS eth0$/m, { timeoutMs: SLOW_MS, from });
    const lists = await a.run('xl block-list ours; xl network-list ours; xl list -l ours');
    expect(lists).toContain('00:16:3e:00:00:61');
    expect(lists).toContain('"pdev_path": "/tmp/ours-disk.qcow2"');

    const second = `vm-create /guests/linux-disk.cfg name=second 'disk=["/tmp/ours-raw.img,raw,xvda,w"]' 'vif=[]'`;
    expect(await failure(a, second)).toMatchObject({ error: { code: 'DOMAIN_DISK_BUSY' } });

    const shell = guestShell(a, ADDRESS);
    const written = await shell.run(
      [
        'dd if=/dev/urandom of=/tmp/data bs=64k count=16',
        'dd if=/tmp/data of=/dev/xvda bs=64k seek=32 conv=fsync',
        // Not synced: what qemu has still in memory must be in the image when the guest is saved.
        'dd if=/tmp/data of=/dev/xvdb bs=64k seek=500 oflag=direct',
        'sha256sum </tmp/data',
      ].join('\n'),
    );
    await result(a, 'vm-save ours -o /tmp/ours-image');
    await expectNothingLeft();
    await result(a, 'vm-restore /tmp/ours-image');
    await waitForTicks(a, 'ours');
    await shell.run('echo 3 >/proc/sys/vm/drop_caches');
    for (const [disk, skip] of [
      ['xvda', 32],
      ['xvdb', 500],
    ] as const)
      expect(await shell.run(`dd if=/dev/${disk} bs=64k skip=${skip} count=16 | sha256sum`)).toBe(written);
    await result(a, 'vm-destroy ours');
    await expectNothingLeft();
  });
});
