import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import type { CpuDocument } from '@vm-tools/libdomain';
import { cpuFeatures } from '@vm-tools/xc-native';
import {
  failure,
  result,
  startTestHost,
  startXfrd,
  testOnHost,
  unchanged,
  until,
  waitForTicks,
  type TestHost,
} from '@vm-tools/xen-sim/testing';

async function domidOf(host: TestHost, name: string): Promise<number> {
  return domidsIn(await host.run(`vm-list ${name} --json`))[0]!;
}

function domidsIn(text: string): number[] {
  return (JSON.parse(text) as { domid: number }[]).map(({ domid }) => domid);
}

/** What the guest has been told, as Xen has it. */
async function toldOf(host: TestHost, name: string): Promise<ReadonlySet<string>> {
  return cpuFeatures(await host.simulated.xen.cpuPolicyGetDomain(await domidOf(host, name)));
}

/** Writes what the processors of these hosts have in common into a file of each of them. */
async function writePool(a: TestHost, b: TestHost): Promise<void> {
  await writeFile(join(a.folder, 'a.json'), await a.run('vm-host cpu --json'));
  await writeFile(join(a.folder, 'b.json'), await b.run('vm-host cpu --json'));
  const pool = await a.run('vm-host cpu a.json b.json --json');
  for (const { folder } of [a, b]) await writeFile(join(folder, 'pool.json'), pool);
}

async function untilSuspendable(host: TestHost, name: string): Promise<void> {
  const path = `/local/domain/${await domidOf(host, name)}/control/feature-suspend`;
  await until(async () => (await host.simulated.store.read(path)) === '1', 'the guest to say what it can');
}

testOnHost('a host tells what its guests are told, by names and as a document', async (host) => {
  const text = await unchanged(host, () => host.run('vm-host cpu'));
  expect(text).toMatch(
    /^what pvh guests on Xen 4\.17\.7 are told of the processors\nvendor {2}GenuineIntel\n/,
  );
  expect(text).toMatch(/^1 ecx .* aesni .*avx/m);
  const document = await result<CpuDocument>(host, 'vm-host cpu --type pv');
  expect(document).toMatchObject({ cpuPolicy: 1, type: 'pv', vendor: 'GenuineIntel', xen: '4.17.7' });
  expect(document.features).toEqual(expect.arrayContaining(['fpu', 'aesni', 'avx']));
});

testOnHost(
  'a guest with what two hosts have in common moves to the one that has less, and back',
  async (a) => {
    await using b = await startTestHost({ name: 'b', withoutCpuFeatures: ['aesni', 'avx'] });
    await writePool(a, b);
    const text = await a.run('vm-host cpu a.json - < b.json');
    expect(text).toContain('what pvh guests can be told on all of 2 hosts\n');
    expect(text).toContain('\na.json has more: aesni avx\n- has nothing more\n');

    await result(a, 'vm-create polite.cfg name=usual');
    await result(a, 'vm-create polite.cfg name=web1 cpu_policy=pool.json');
    await untilSuspendable(a, 'usual');
    await untilSuspendable(a, 'web1');
    expect((await toldOf(a, 'usual')).has('avx')).toBe(true);
    const told = await toldOf(a, 'web1');
    const pool = JSON.parse(await readFile(join(a.folder, 'pool.json'), 'utf8')) as CpuDocument;
    expect([...told]).toEqual(pool.features);

    await using toB = await startXfrd(b);
    expect(await failure(a, `vm-migrate usual ${toB.endpoint}`)).toMatchObject({
      status: 6,
      error: { code: 'XFR_PEER_REJECTED', cause: { code: 'DOMAIN_CPU_INCOMPATIBLE' } },
    });
    await a.run(`vm-migrate web1 ${toB.endpoint}`);
    expect(await toldOf(b, 'web1')).toEqual(told);
    await using toA = await startXfrd(a);
    await b.run(`vm-migrate web1 ${toA.endpoint}`);
    expect(await toldOf(a, 'web1')).toEqual(told);
  },
);

testOnHost(
  'what a guest was told stays after a reboot, whatever has become of the file',
  async (host) => {
    const { features, ...rest } = await result<CpuDocument>(host, 'vm-host cpu');
    const fewer = features.filter((name) => name !== 'avx');
    const path = join(host.folder, 'pool.json');
    await writeFile(path, JSON.stringify({ ...rest, features: fewer }));
    await result(host, 'vm-create polite.cfg name=web1 cpu_policy=pool.json');
    await waitForTicks(host, 'web1');
    await writeFile(path, 'no document');
    const before = await domidOf(host, 'web1');
    await host.run('vm-reboot web1');
    await until(async () => {
      const { code, stdout } = await host.exec('vm-list web1 --json');
      return code === 0 && !domidsIn(stdout).includes(before);
    }, 'the guest to be made anew');
    expect([...(await toldOf(host, 'web1'))]).toEqual(fewer);
  },
  { monitor: true },
);

testOnHost(
  'what this host lacks is refused before there is a domain',
  async (host) => {
    const { features, ...rest } = await result<CpuDocument>(host, 'vm-host cpu');
    const more = { ...rest, features: [...features, 'avx', 'avx2'] };
    await writeFile(join(host.folder, 'more.json'), JSON.stringify(more));
    const refused = await unchanged(host, () => failure(host, 'vm-create polite.cfg cpu_policy=more.json'));
    expect(refused).toMatchObject({
      status: 2,
      error: { code: 'DOMAIN_CPU_LACKING', details: { missing: ['avx', 'avx2'] } },
    });
    const dry = await host.run(`vm-create polite.cfg cpu_policy=more.json --dry-run`);
    expect(dry).toMatch(/check-cpu: the processors have what is asked for: .*\/more\.json\n/);
    expect(dry).toMatch(/cpu-policy: no more than .*\/more\.json names\n/);
    expect(await host.run('vm-create polite.cfg --dry-run')).toContain("cpu-policy: Xen's default\n");
  },
  { withoutCpuFeatures: ['avx'] },
);

testOnHost("xl's cpuid turns features off, also of those of a document, and stays", async (host) => {
  const usual = await result<CpuDocument>(host, 'vm-host cpu');
  const without = (...names: string[]): string[] => usual.features.filter((name) => !names.includes(name));
  await result(host, 'vm-create polite.cfg name=web1 cpuid=host,aes=0,avx=0');
  expect([...(await toldOf(host, 'web1'))]).toEqual(without('aesni', 'avx'));
  await writeFile(join(host.folder, 'pool.json'), JSON.stringify({ ...usual, features: without('avx') }));
  await result(host, 'vm-create polite.cfg name=web2 cpu_policy=pool.json cpuid=host,movbe=0');
  expect([...(await toldOf(host, 'web2'))]).toEqual(without('avx', 'movbe'));

  for (const name of ['web1', 'web2']) await untilSuspendable(host, name);
  await host.run('vm-save web1 web2 -o .');
  for (const [name, said] of [
    ['web1', { cpuid: 'host,aesni=0,avx=0' }],
    ['web2', { cpuPolicy: { features: without('avx', 'movbe') } }],
  ] as const)
    expect(await result(host, `vm-image info ${name}.img --config`)).toMatchObject(said);
  const refused = await unchanged(host, () => failure(host, 'vm-create polite.cfg cpuid=host,umip=1'));
  expect(refused).toMatchObject({ error: { code: 'DOMAIN_CPU_LACKING', details: { missing: ['umip'] } } });
  const dry = await host.run('vm-create polite.cfg cpuid=host,aes=0 --dry-run');
  expect(dry).toContain("cpu-policy: Xen's default, with host,aesni=0\n");
});

testOnHost('what is no document, or of another kind, is refused by its name and place', async (host) => {
  const write = (name: string, document: object): Promise<void> =>
    writeFile(join(host.folder, name), JSON.stringify(document));
  const plain = await result<CpuDocument>(host, 'vm-host cpu');
  await write('a.json', plain);
  await write('amd.json', { ...plain, vendor: 'AuthenticAMD' });
  await write('pv.json', await result<CpuDocument>(host, 'vm-host cpu --type pv'));
  await write('next.json', { ...plain, cpuPolicy: 2 });
  const lines: readonly (readonly [string, object])[] = [
    ['vm-host cpu a.json amd.json', { code: 'CPU_POLICIES_DIFFER', details: { file: 'amd.json' } }],
    ['vm-host cpu pv.json a.json', { code: 'CPU_POLICIES_DIFFER', details: { file: 'a.json' } }],
    ['vm-host cpu a.json next.json', { code: 'CONFIG_INVALID', details: { file: 'next.json', line: 1 } }],
    ['vm-host cpu a.json polite.cfg', { code: 'CONFIG_SYNTAX', details: { file: 'polite.cfg' } }],
    ['vm-host cpu absent.json', { code: 'CONFIG_UNREADABLE' }],
    ['vm-host cpu a.json --type pvh', { code: 'USAGE' }],
    ['vm-create polite.cfg cpu_policy=pv.json', { code: 'DOMAIN_CPU_LACKING' }],
    ['vm-create polite.cfg cpu_policy=amd.json', { code: 'DOMAIN_CPU_LACKING' }],
    ['vm-create polite.cfg cpu_policy=next.json', { code: 'CONFIG_INVALID' }],
  ];
  for (const [line, error] of lines)
    expect(await unchanged(host, () => failure(host, line))).toMatchObject({ status: 2, error });
});
