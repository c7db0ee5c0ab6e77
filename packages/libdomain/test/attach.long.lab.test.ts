import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import type { LabHost } from '@vm-tools/lab';
import {
  describeLab,
  freeMemoryMib,
  guestShell,
  leavesNoTraces,
  result,
  runProgram,
} from '@vm-tools/lab/testing';
import { patient } from '@vm-tools/ratelimit/testing';

const SLOW_MS = patient(300_000);
const TEST_MS = patient(1_200_000);
/** The cable joins the hosts: no other test has a guest of this address. */
const ADDRESS = '10.99.0.62';

describeLab('devices that come and go while a guest runs, with xl, on real Xen', () => {
  let a: LabHost;
  const expectNothingLeft = leavesNoTraces((found) => (a = found), 'rm -f /tmp/hot-*');
  const slowly = (line: string): Promise<string> => a.run(line, { timeoutMs: SLOW_MS });

  /** A Linux guest with one raw disk and a network card, made by this tool, that can be spoken to. */
  async function start(
    tool: 'vm-create' | 'xl create',
    name: string,
    more: readonly string[],
  ): Promise<void> {
    const from = (await a.readConsole(name)).length;
    const settings = [
      `name="${name}"`,
      `cmdline="console=hvc0 quiet loglevel=3 mitigations=off gip=${ADDRESS}/24"`,
      `vif=["mac=00:16:3e:00:00:62"]`,
      ...more,
    ].map((setting) => `'${setting}'`);
    await slowly(`${tool} /guests/linux-disk.cfg ${settings.join(' ')}`);
    await a.waitForConsole(name, /^DEVS xvda.* NETS eth0$/m, { timeoutMs: SLOW_MS, from });
  }

  const shell = () => guestShell(a, ADDRESS);
  const seen = async (kind: 'block' | 'net'): Promise<string[]> =>
    (await shell().run(`ls /sys/class/${kind}`)).split('\n').filter((name) => /^(?:xvd|eth)/.test(name));

  test(
    'on a domain of ours: what we attach xl detaches, and the other way round',
    async () => {
      await slowly(
        'for disk in first third; do cp /guests/disks/raw.img /tmp/hot-$disk.img; done; cp /guests/disks/disk.qcow2 /tmp/hot-second.qcow2',
      );
      await start('vm-create', 'ours', ['disk=["/tmp/hot-first.img,raw,xvda,w"]', 'vcpus=2']);

      // A qemu is started for it, and its kernel is asked to write to it.
      await slowly('vm-attach ours disk /tmp/hot-second.qcow2,qcow2,xvdb,w --wait');
      const written = await shell().run(
        'dd if=/dev/urandom of=/tmp/data bs=64k count=16 2>/dev/null; dd if=/tmp/data of=/dev/xvdb bs=64k seek=500 oflag=direct; sha256sum </tmp/data',
      );
      expect(await a.run('xl block-list ours; xl list -l ours')).toMatch(/51728[^]*hot-second\.qcow2/);
      await slowly('vm-detach ours disk xvdb --timeout 60');
      expect(await seen('block')).toEqual(['xvda']);
      expect(await a.run('ps -eo args | grep "[q]emu-system" || true')).toBe('');

      // Of a raw one: xl starts no qemu for a disk that comes later.
      await slowly('xl block-attach ours format=raw,vdev=xvdc,access=rw,target=/tmp/hot-third.img');
      await shell().run('until [ -b /dev/xvdc ]; do sleep 0.1; done', { timeoutMs: SLOW_MS });
      await slowly('vm-detach ours disk xvdc --timeout 60');
      expect(await seen('block')).toEqual(['xvda']);

      await slowly('vm-attach ours disk /tmp/hot-third.img,raw,xvdc,w --wait');
      expect(await seen('block')).toEqual(['xvda', 'xvdc']);
      await slowly('xl block-detach ours xvdc');
      expect(await seen('block')).toEqual(['xvda']);
      expect(await a.run('losetup -a')).not.toContain('hot-third');

      await slowly('vm-attach ours network mac=00:16:3e:00:00:63 --wait');
      expect(await a.run('xl network-list ours')).toContain('00:16:3e:00:00:63');
      await slowly('xl network-detach ours 1');
      await slowly('xl network-attach ours mac=00:16:3e:00:00:64');
      await shell().run('until [ -e /sys/class/net/eth1 ]; do sleep 0.1; done', { timeoutMs: SLOW_MS });
      expect(await seen('net')).toEqual(['eth0', 'eth1']);
      await slowly('vm-detach ours network 00:16:3e:00:00:64 --timeout 60');
      expect(await seen('net')).toEqual(['eth0']);

      await slowly('xl mem-set ours 112; xl vcpu-set ours 1');
      await a.run('until [ "$(xl vcpu-list ours | grep -c -- --p)" = 1 ]; do sleep 0.2; done', {
        timeoutMs: SLOW_MS,
      });
      expect(await result(a, 'vm-info ours')).toMatchObject({ targetKib: 112 * 1024 });

      await slowly('vm-attach ours disk /tmp/hot-second.qcow2,qcow2,xvdb,w --wait');
      expect(await shell().run('dd if=/dev/xvdb bs=64k skip=500 count=16 iflag=direct | sha256sum')).toBe(
        written,
      );
      await slowly('xl destroy ours');
      await a.run('rm -f /tmp/hot-*');
      await expectNothingLeft();
    },
    TEST_MS,
  );

  test(
    "on a domain of xl's: we attach, detach and destroy, its loop device, its qemu and its xl included",
    async () => {
      await slowly(
        'for disk in first third; do cp /guests/disks/raw.img /tmp/hot-$disk.img; done; cp /guests/disks/disk.qcow2 /tmp/hot-second.qcow2',
      );
      await start('xl create', 'theirs', [
        'disk=["/tmp/hot-first.img,raw,xvda,w", "/tmp/hot-second.qcow2,qcow2,xvdb,w"]',
      ]);
      await slowly('vm-attach theirs disk /tmp/hot-third.img,raw,xvdc,w --wait');
      expect(await a.run('xl list -l theirs')).toContain('hot-third');
      await slowly('vm-detach theirs disk xvdb --timeout 60');
      expect(await seen('block')).toEqual(['xvda', 'xvdc']);
      await slowly('vm-attach theirs network mac=00:16:3e:00:00:63 --wait');
      expect(await seen('net')).toEqual(['eth0', 'eth1']);
      await slowly('vm-destroy theirs');
      expect(await a.run('ps -eo args | grep "[x]l create" || true')).toBe('');
      await expectNothingLeft();
    },
    TEST_MS,
  );

  test(
    'a guest with two disks and two network devices is made and destroyed 20 times: the host is as before',
    async () => {
      await slowly(
        'cp /guests/disks/raw.img /tmp/hot-first.img; cp /guests/disks/disk.qcow2 /tmp/hot-second.qcow2',
      );
      await a.run(
        `(cat /guests/polite.cfg; echo 'disk=["/tmp/hot-first.img,raw,xvda,w", "/tmp/hot-second.qcow2,qcow2,xvdb,w"]'; echo 'vif=["", ""]') >/tmp/hot-rounds.cfg`,
      );
      const free = await freeMemoryMib(a);
      const program = join(import.meta.dirname, 'rounds.ts');
      expect(await runProgram(a, program, ['/tmp/hot-rounds.cfg', '20'], { timeoutMs: TEST_MS })).toBe(
        '20\n',
      );
      expect(await freeMemoryMib(a)).toBe(free);
      await expectNothingLeft();
    },
    TEST_MS,
  );
});
