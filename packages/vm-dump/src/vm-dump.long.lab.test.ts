import { expect, test } from '@jest/globals';
import type { LabHost } from '@vm-tools/lab';
import { describeLab, leavesNoTraces, result } from '@vm-tools/lab/testing';

/** The part of a look of vm-top that this test compares. */
interface Look {
  readonly domains: readonly { readonly name: string; readonly state: string; readonly memoryKib: number }[];
}

describeLab('what is seen of a domain from outside, on real Xen', () => {
  let a: LabHost;
  leavesNoTraces((found) => (a = found), 'rm -f /tmp/dump-*.core');

  test('vm-dump writes byte for byte what xl dump-core does, and vm-top shows what xentop does', async () => {
    await result(a, 'vm-create /guests/polite.cfg name=dumped --paused');
    await result(a, 'vm-dump dumped /tmp/dump-ours.core');
    // xl maps each page below 4 GiB by itself, whether there is one or not: minutes, under emulation.
    await a.run('xl dump-core dumped /tmp/dump-xl.core', { timeoutMs: 400_000 });
    await a.run('cmp /tmp/dump-ours.core /tmp/dump-xl.core');
    const look = JSON.parse(await a.run('vm-top --once --json')) as Look;
    const ours = look.domains.find(({ name }) => name === 'dumped');
    const theirs = await a.run('xentop -b -i 1');
    const [, state, kib] = /^ *dumped +([-\w]+) +\d+ +[\d.]+ +(\d+)/m.exec(theirs) ?? [];
    expect(state).toContain('p');
    expect(ours).toMatchObject({ state: 'paused', memoryKib: Number(kib) });
    await result(a, 'vm-destroy dumped');
  });
});
