import { expect, test } from '@jest/globals';
import type { LabHost } from '@vm-tools/lab';
import { describeLab, failure, leavesNoTraces, listed, result, waitForTicks } from '@vm-tools/lab/testing';
import type { CpuDocument } from '@vm-tools/libdomain';

const POOL = '/tmp/pool-cpu.json';
/** Features that no other needs; a processor has one of them at least. */
const SINGLE = ['aesni', 'rdrand', 'rdseed', 'movbe', 'popcnt'];

interface Config {
  readonly cpuPolicy: Pick<CpuDocument, 'features' | 'leaves'>;
}

describeLab('guests that are told less than their host has, on real Xen', () => {
  let a: LabHost;
  leavesNoTraces((found) => (a = found));

  /** Writes what guests of this type are usually told, but for one feature. */
  async function writePool(type: 'pv' | 'pvh'): Promise<{ readonly fewer: readonly string[] }> {
    const usual = await result<CpuDocument>(a, `vm-host cpu --type ${type}`);
    expect(usual).toMatchObject({ type, vendor: expect.stringMatching(/^\w{12}$/) });
    const off = SINGLE.find((name) => usual.features.includes(name));
    const fewer = usual.features.filter((name) => name !== off);
    expect(fewer).toHaveLength(usual.features.length - 1);
    await a.run(`cat > ${POOL}`, { input: JSON.stringify({ ...usual, features: fewer }) });
    return { fewer };
  }

  test.each([
    ['polite', 'pvh'],
    ['linux-pv', 'pv'],
  ] as const)('%s runs with less, and xl saves and restores it', async (guest, type) => {
    const { fewer } = await writePool(type);
    const name = `less-${guest}`;
    const { domid } = await result(a, `vm-create /guests/${guest}.cfg name=${name} cpu_policy=${POOL}`);
    await waitForTicks(a, name);
    await a.run(`rm ${POOL}`);
    expect(await a.run(`xl list -l ${name}`)).toMatch(/"cpuid":[^]*"leaf": 1,/);
    await a.run(`xl save ${name} /var/tmp/less.img`, { timeoutMs: 120_000 });
    const { cpuPolicy } = await result<Config>(a, 'vm-image info /var/tmp/less.img --config');
    expect(cpuPolicy.features).toEqual(fewer);
    await a.run('xl restore /var/tmp/less.img', { timeoutMs: 120_000 });
    await a.run('rm /var/tmp/less.img');
    const again = await listed(a, name);
    expect(again.domid).not.toBe(domid);
    await a.run(`xl destroy ${name}`);
  });

  test('a feature that this host lacks is refused', async () => {
    const usual = await result<CpuDocument>(a, 'vm-host cpu');
    // Of a processor of one maker: the other one has not had it for years, or never.
    const absent = ['avx512_vp2intersect', '3dnow', 'xop', 'tbm'].filter(
      (name) => !usual.features.includes(name),
    );
    const features = [...usual.features, ...absent];
    await a.run(`cat > ${POOL}`, { input: JSON.stringify({ ...usual, features }) });
    const refused = await failure(a, `vm-create /guests/polite.cfg name=more cpu_policy=${POOL}`);
    expect(refused).toMatchObject({ status: 2, error: { code: 'DOMAIN_CPU_LACKING' } });
    await a.run(`rm ${POOL}`);
  });
});
