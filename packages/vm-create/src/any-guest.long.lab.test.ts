import { expect, test } from '@jest/globals';
import type { LabHost } from '@vm-tools/lab';
import { describeLab, leavesNoTraces, result, waitForTick } from '@vm-tools/lab/testing';

const limit = { timeoutMs: 400_000 };
const options = 'console=hvc0 quiet loglevel=3 mitigations=off';

describeLab('Linux on a disk', () => {
  let a: LabHost;
  const remove =
    'for guest in pvh pv pygrub; do xl destroy any-$guest; done 2>/dev/null; rm -f /tmp/any-*.img';
  const expectNothingLeft = leavesNoTraces((found) => (a = found), remove);

  /** Boots from a disk of its own, and sees that disk and its network card. @returns its domid */
  async function boots(name: string, settings: string): Promise<number> {
    const image = `/tmp/${name}.img`;
    await a.run(`sh /guests/boot-disk.sh ${image} /guests/vmlinuz /guests/initrd.img ${options}`, limit);
    const own = `name=${name} 'disk=["${image},raw,xvda,r"]'`;
    const from = (await a.readConsole(name)).length; // a test that is run again finds the console of before
    const { domid } = await result(a, `vm-create ${settings} ${own}`);
    await a.waitForConsole(name, /^DEVS xvda NETS eth0$/m, { ...limit, from });
    expect(await a.run(`xl domid ${name}`)).toBe(`${domid}\n`);
    return domid;
  }

  test.each([
    ['pvh', 'grub-i386-xen_pvh.bin'],
    ['pv', 'grub-x86_64-xen.bin'],
  ])('GRUB as the kernel of a %s guest boots it', async (type, grub) => {
    await boots(`any-${type}`, `/guests/grub.cfg type=${type} kernel=/usr/lib/grub-xen/${grub}`);
    await result(a, `vm-destroy any-${type}`);
    await expectNothingLeft();
  });

  test('pygrub finds it, and finds it again when the guest reboots', async () => {
    const domid = await boots('any-pygrub', '/guests/pygrub.cfg extra=added');
    const from = (await a.readConsole('any-pygrub')).length;
    await result(a, 'vm-reboot any-pygrub');
    await a.waitForConsole('any-pygrub', /^DEVS xvda NETS eth0$/m, { ...limit, from });
    expect(Number(await a.run('xl domid any-pygrub'))).toBeGreaterThan(domid);
    await result(a, 'vm-destroy any-pygrub');
    await expectNothingLeft();
  });
});

describeLab('a small kernel on a disk', () => {
  let a: LabHost;
  leavesNoTraces((found) => (a = found), 'xl destroy any-polite 2>/dev/null; rm -f /tmp/any-*.img');

  test('pygrub takes it from there, and leaves nothing; xl knows the guest', async () => {
    await a.run('sh /guests/boot-disk.sh /tmp/any-polite.img /guests/polite', limit);
    const settings = `name=any-polite type=pvh memory=16 'disk=["/tmp/any-polite.img,raw,xvda,r"]' 'vif=[]'`;
    const { domid } = await result(a, `vm-create /guests/pygrub.cfg ${settings}`);
    await waitForTick(a, 'any-polite', 1);
    expect(await a.run('ls -d /var/lib/xen/bootloader.* 2>/dev/null || echo none')).toBe('none\n');
    expect(await a.run('cat /var/log/xen/bootloader-any-polite.log')).toContain('the kernel of the lab');
    expect(JSON.parse(await a.run('xl list -l any-polite'))).toMatchObject([
      { domid, config: { b_info: { bootloader: 'pygrub' } } },
    ]);
    await result(a, 'vm-destroy any-polite');
  });
});
