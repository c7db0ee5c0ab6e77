import { expect, test } from '@jest/globals';
import type { LabHost } from '@vm-tools/lab';
import { describeLab, failure, leavesNoTraces, result, waitForTicks } from '@vm-tools/lab/testing';

interface Pools {
  readonly pools: readonly { readonly id: number; readonly name: string; readonly cpus: readonly number[] }[];
}

describeLab('what an operator does beside guests, with xl as the witness, on real Xen', () => {
  let a: LabHost;
  leavesNoTraces((found) => (a = found));

  const poolNames = async (): Promise<readonly string[]> =>
    (await result<Pools>(a, 'vm-cpupool list')).pools.map(({ name }) => name);

  test('pools of processors are the same for both', async () => {
    const { pools } = await result<Pools>(a, 'vm-cpupool list');
    expect(pools).toMatchObject([{ id: 0, name: 'Pool-0', scheduler: 'credit2' }]);
    // A host with one processor has room for one pool more.
    await result(a, 'vm-cpupool create ours --scheduler credit');
    expect(await a.run('xl cpupool-list')).toMatch(/^ours +0 +credit +/m);
    expect(await failure(a, 'vm-cpupool create more')).toMatchObject({ error: { code: 'CPUPOOL_TOO_MANY' } });
    await a.run('xl cpupool-rename ours named-by-xl');
    expect(await poolNames()).toEqual(['Pool-0', 'named-by-xl']);
    expect(await failure(a, 'vm-cpupool remove Pool-0 0')).toMatchObject({
      status: 2,
      error: { code: 'CPUPOOL_NEEDS_CPU' },
    });
    await a.run('xl cpupool-destroy named-by-xl');
    await a.run('xl cpupool-create \'name="theirs"\'');
    await result(a, 'vm-cpupool rename theirs renamed');
    expect(await a.run('xl cpupool-list')).toMatch(/^renamed /m);
    await result(a, 'vm-cpupool destroy renamed');
    expect(await poolNames()).toEqual(['Pool-0']);
  });

  test('Linux takes a key and an interrupt, and says so on its console', async () => {
    await result(a, 'vm-create /guests/linux-pvh.cfg name=linux memory=192');
    await waitForTicks(a, 'linux');
    await result(a, 'vm-trigger linux --sysrq h --timeout 60');
    await a.waitForConsole('linux', /sysrq: HELP/i, { timeoutMs: 120_000 });
    await result(a, 'vm-trigger linux --nmi');
    await a.waitForConsole('linux', /NMI/, { timeoutMs: 120_000 });
    expect(await failure(a, 'vm-trigger linux --power')).toMatchObject({
      error: { code: 'DOMAIN_NO_BUTTON' },
    });
    const { startedAt } = await result<{ startedAt: string }>(a, 'vm-info linux');
    const [, hours, minutes, seconds] =
      /linux +\d+ +(\d+):(\d+):(\d+)/.exec(await a.run('xl uptime linux')) ?? [];
    const uptimeS = Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
    const sinceS = (Date.parse((await a.run('date -Is')).trim()) - Date.parse(startedAt)) / 1000;
    expect(Math.abs(sinceS - uptimeS)).toBeLessThan(60);
    await result(a, 'vm-destroy linux');
  });

  test("keys of Xen's console bring what xl dmesg shows, and nothing older", async () => {
    const { lines } = await result<{ lines: readonly string[] }>(a, 'vm-dmesg --keys h');
    expect(lines[0]).toContain("'h' pressed");
    expect(lines.length).toBeGreaterThan(10);
    expect(await a.run('xl dmesg')).toContain(lines.at(-1));
  });
});
