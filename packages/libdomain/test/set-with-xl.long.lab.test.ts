import { expect, test } from '@jest/globals';
import type { LabHost } from '@vm-tools/lab';
import { patient } from '@vm-tools/ratelimit/testing';
import { describeLab, failure, leavesNoTraces, result, waitForTicks } from '@vm-tools/lab/testing';

/** Linux starts slowly here, and gives memory back slowly. */
const SLOW_MS = patient(300_000);

/** The part of `vm-info --json` that these tests look at. */
interface Told {
  readonly targetKib: number;
  readonly memoryKib: number;
  readonly vcpus: number;
  readonly config: { readonly name: string; readonly memoryKib: number };
}

describeLab('what we set of a domain xl sees, on real Xen', () => {
  let a: LabHost;
  leavesNoTraces((found) => (a = found));

  const told = (name: string): Promise<Told> => result<Told>(a, `vm-info ${name}`);

  test('name, weight, cap, pinning and the maximum of memory', async () => {
    await result(a, 'vm-create /guests/polite.cfg name=ours');
    await result(a, 'vm-set ours --weight 512 --cap 40 --pin 0 --name renamed --max-memory 64');
    expect(await a.run('xl sched-credit2 -d renamed')).toMatch(/renamed +\d+ +512 +40/);
    await result(a, 'vm-destroy renamed');
  });

  test('memory and vCPUs, which Linux gives back and takes', async () => {
    await result(a, 'vm-create /guests/linux-pvh.cfg name=linux memory=192 vcpus=2');
    await waitForTicks(a, 'linux');
    await a.run('vm-set linux --memory 160 --vcpus 1 --timeout 200', { timeoutMs: SLOW_MS });
    expect(await a.run('xl list linux')).toMatch(/^linux +\d+ +160 +1 /m);
    const ours = await told('linux');
    expect(ours).toMatchObject({ targetKib: 160 * 1024, vcpus: 1, config: { memoryKib: 160 * 1024 } });
    expect(Math.abs(ours.memoryKib - 160 * 1024)).toBeLessThan(1024);
    await result(a, 'vm-destroy linux');
  });

  test("a guest that has no balloon keeps what it has, and Xen's log is read", async () => {
    await result(a, 'vm-create /guests/polite.cfg name=deaf memory=32');
    await waitForTicks(a, 'deaf');
    const before = await told('deaf');
    const late = await failure(a, 'vm-set deaf --memory 16 --timeout 1');
    expect(late).toMatchObject({ status: 124, error: { code: 'DOMAIN_SETTING_TIMEOUT' } });
    const { targetKib, memoryKib } = await told('deaf');
    expect({ targetKib, memoryKib }).toEqual({ targetKib: before.targetKib, memoryKib: before.memoryKib });
    await result(a, 'vm-destroy deaf');
    expect((await result<{ lines: string[] }>(a, 'vm-dmesg')).lines.join('\n')).toMatch(/\(XEN\)/);
    expect(await result<object>(a, 'vm-info')).toMatchObject({ scheduler: 'credit2' });
  });
});
