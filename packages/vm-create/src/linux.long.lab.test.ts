import { expect, test } from '@jest/globals';
import type { LabHost } from '@vm-tools/lab';
import { describeLab, leavesNoTraces, listed, result, waitForTicks } from '@vm-tools/lab/testing';
import { expectAsXlSees } from './testing/as-xl-sees.ts';

describeLab('Linux on real Xen', () => {
  let a: LabHost;
  leavesNoTraces((found) => (a = found));

  test.each(['linux-pvh', 'linux-pv'])('%s is created, seen by xl, rebooted, and goes', async (guest) => {
    const name = `create-${guest}`;
    const { domid, uuid } = await result(a, `vm-create /guests/${guest}.cfg name=${name}`);
    await waitForTicks(a, name);
    await expectAsXlSees(a, name, domid);
    const from = (await a.readConsole(name)).length;
    await result(a, `vm-reboot ${name}`);
    await a.waitForConsole(name, /^tick 1\b/m, { timeoutMs: 120_000, from });
    await a.run(`for i in $(seq 300); do xenstore-exists /libxl/${domid} || exit 0; sleep 0.2; done; exit 1`);
    const again = await listed(a, name);
    expect(again.domid).not.toBe(domid);
    expect(again.uuid).toBe(uuid);
    await result(a, `vm-destroy ${name}`);
  });
});
