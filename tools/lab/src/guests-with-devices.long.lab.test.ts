import { expect, test } from '@jest/globals';
import { waitForTicks } from '@vm-tools/cli/testing';
import type { LabHost } from './host/lab-host.ts';
import { countingConnection } from './testing/counting-connection.ts';
import { guestShell } from './testing/guest-shell.ts';
import { describeLab } from './testing/hosts.ts';
import { leavesNoTraces } from './testing/leaves-no-traces.ts';

/** The cable joins the hosts: no other test has a guest of this address. */
const address = '10.99.0.51';
const cmdline = `console=hvc0 quiet loglevel=3 mitigations=off gip=${address}/24`;
const limit = { timeoutMs: 240_000 };

/** Where the guest writes, in blocks of 64 KiB: into the pattern, and where the qcow2 has nothing yet. */
const blocks = { xvda: 32, xvdb: 500 };

describeLab('Linux with disks and a network card', () => {
  let host: LabHost;
  const remove =
    'for name in pvh pv; do xl destroy lab-disks-$name; done 2>/dev/null; rm -f /tmp/lab-disks-*';
  const expectNothingLeft = leavesNoTraces((found) => {
    host = found;
  }, remove);

  test.each(['pvh', 'pv'])('%s has them still after save and restore', async (type) => {
    const name = `lab-disks-${type}`;
    const file = `/tmp/${name}`;
    await host.run(
      `cp /guests/disks/raw.img ${file}.img && cp /guests/disks/disk.qcow2 ${file}.qcow2`,
      limit,
    );
    const settings = [
      ...[`name="${name}"`, `type="${type}"`, `cmdline="${cmdline}"`],
      `disk=["${file}.img,raw,xvda,w", "${file}.qcow2,qcow2,xvdb,w"]`,
      'vif=["bridge=xenbr0,mac=00:16:3e:00:00:51"]',
    ];
    const from = (await host.readConsole(name)).length; // a test that is run again finds the console of before
    await host.run(['xl', 'create', '-q', '/guests/linux-disk.cfg', ...settings], limit);
    await host.waitForConsole(name, /^DEVS xvda xvdb NETS eth0$/m, { ...limit, from });
    const shell = guestShell(host, address);
    const [template] = (await host.run('sha256sum </guests/disks/raw.img')).split(' ');
    expect(await shell.run('sha256sum </dev/xvda')).toContain(template);

    const written = await shell.run(
      [
        'dd if=/dev/urandom of=/tmp/data bs=64k count=16',
        `dd if=/tmp/data of=/dev/xvda bs=64k seek=${blocks.xvda} conv=fsync`,
        `dd if=/tmp/data of=/dev/xvdb bs=64k seek=${blocks.xvdb} conv=fsync`,
        'sha256sum </tmp/data',
      ].join('\n'),
    );
    await using connection = await countingConnection(host, address);
    await host.run(`xl save ${name} ${file}.save`, limit);
    const saved = performance.now();
    await expectNothingLeft();
    const awayMs = performance.now() - saved;
    await host.run(`xl restore ${file}.save`, limit);
    await waitForTicks(host, name);

    const { survived, longestGapMs } = await connection.report(limit);
    expect(survived).toBe(true);
    expect(longestGapMs).toBeGreaterThan(awayMs / 2);
    await shell.run('echo 3 >/proc/sys/vm/drop_caches');
    for (const [disk, skip] of Object.entries(blocks)) {
      expect(await shell.run(`dd if=/dev/${disk} bs=64k skip=${skip} count=16 | sha256sum`)).toBe(written);
    }
    await host.run(['xl', 'destroy', name], limit);
    expect((await connection.report({ timeoutMs: 2_000 })).survived).toBe(false);
    await expectNothingLeft();
    await host.run(`qemu-img convert -O raw ${file}.qcow2 ${file}.converted`, limit);
    for (const [image, skip] of [
      ['img', blocks.xvda],
      ['converted', blocks.xvdb],
    ]) {
      const sum = await host.run(`dd if=${file}.${image} bs=64k skip=${skip} count=16 | sha256sum`);
      expect(sum).toBe(written);
    }
  });
});
