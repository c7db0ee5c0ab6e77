import { expect, test } from '@jest/globals';
import type { LabHost } from '@vm-tools/lab';
import { describeLab, failure, interrupt, leavesNoTraces, result, waitForTicks } from '@vm-tools/lab/testing';
import { expectAsXlSees } from './testing/as-xl-sees.ts';

describeLab('vm-create on real Xen', () => {
  let a: LabHost;
  leavesNoTraces((found) => (a = found));

  test('polite is created, runs, is seen by xl, and goes without a trace', async () => {
    const { domid } = await result(a, 'vm-create /guests/polite.cfg name=create-polite');
    await waitForTicks(a, 'create-polite');
    await expectAsXlSees(a, 'create-polite', domid);
    await result(a, 'vm-destroy create-polite');
  });

  test('a domain made by it is destroyed by xl', async () => {
    await result(a, 'vm-create /guests/polite.cfg name=mixed');
    await a.run('xl destroy mixed');
  });

  test.each([
    ['wrong type for the kernel', 'type=pv', 2, 'DOMAIN_KERNEL_WRONG_TYPE'],
    ['more memory than free', 'memory=900000', 5, 'DOMAIN_NO_MEMORY'],
  ])('%s: refused with a hint', async (_, setting, status, code) => {
    const refused = await failure(a, `vm-create /guests/polite.cfg name=refused ${setting}`);
    expect(refused.error.hint).toBeTruthy();
    expect(refused).toMatchObject({ status, error: { code } });
  });

  test.each(['build', 'introduce'])('Ctrl-C in %s undoes the steps before it', async (step) => {
    const stopped = await interrupt(
      a,
      'vm-create /guests/polite.cfg name=stopped',
      ({ name, state }) => name === step && state === 'started',
    );
    // The tool may be done before the signal has crossed the connection.
    if (stopped === undefined) await a.run('vm-destroy stopped');
    else expect(stopped).toMatchObject({ status: 130, error: { kind: 'interrupted' } });
  });
});
