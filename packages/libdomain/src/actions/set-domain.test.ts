import { readFile } from 'node:fs/promises';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it, test } from '@jest/globals';
import { patient } from '@vm-tools/ratelimit/testing';
import { createSimulatedHost, type SimulatedHost } from '@vm-tools/xen-sim';
import { userdataPath } from '../paths.ts';
import type { DomainSettings } from '../settings/settings.ts';
import { expectUnchanged, tryEachCall } from '../testing/each-call.ts';
import { failure } from '../testing/failure.ts';
import { sampleConfig } from '../testing/sample-config.ts';
import { createDomain } from './create-domain.ts';
import { domainInfo } from './look/domain-info.ts';
import { setDomain } from './set-domain.ts';

const MIB = 1024;

describe('memory', () => {
  it('is given back by the guest, and taken again', async () => {
    await using host = await createSimulatedHost();
    const domain = await createDomain(host, sampleConfig(host));
    const had = (await host.xen.domainGetinfo(domain.domid))?.totPages ?? 0;
    expect(await setDomain(host, domain, { memoryKib: 32 * MIB })).toMatchObject({ maxMemoryKib: 64 * MIB });
    expect((await host.xen.domainGetinfo(domain.domid))?.totPages).toBe(had - 8192);
    const path = `/local/domain/${domain.domid}/memory`;
    expect(await host.store.read(`${path}/target`)).toBe(String(32 * MIB));
    expect(await host.store.read(`/vm/${domain.uuid}/memory`)).toBe('32');
    const more = { memoryKib: 96 * MIB, maxMemoryKib: 128 * MIB };
    await setDomain(host, domain, more);
    expect((await host.xen.domainGetinfo(domain.domid))?.totPages).toBe(had + 8192);
    expect(await domainInfo(host, domain)).toMatchObject({ targetKib: 96 * MIB, config: more });
    const json = await readFile(userdataPath(host, domain.domid, domain.uuid), 'utf8');
    expect(json).toContain(`"target_memkb": ${96 * MIB}`);
  });

  it('stays where the guest does not answer, and where it cannot', async () => {
    await using host = await createSimulatedHost();
    const rude = await createDomain(host, sampleConfig(host, { cmdline: 'sim.shutdown=rude' }));
    const before = await host.snapshot();
    expect(await failure(setDomain(host, rude, { memoryKib: 32 * MIB }, { timeoutMs: 1 }))).toMatchObject({
      code: 'DOMAIN_SETTING_TIMEOUT',
      kind: 'timeout',
      message: expect.stringMatching('web1 did not give memory back within 0.001 s: it has 65'),
      guest: { state: 'still running here' },
    });
    expect(await host.snapshot()).toEqual(before);
    await host.xen.domainPause(rude.domid);
    expect(await failure(setDomain(host, rude, { vcpus: 1 }))).toMatchObject({ code: 'DOMAIN_PAUSED' });
  });
});

it('asks for vCPUs, the first of them', async () => {
  await using host = await createSimulatedHost();
  const domain = await createDomain(host, sampleConfig(host, { vcpus: 3 }));
  expect(await setDomain(host, domain, { vcpus: 2 })).toMatchObject({ vcpus: 2 });
  const { vcpuList } = await domainInfo(host, domain);
  expect(vcpuList.map(({ isOnline, isWanted }) => [isOnline, isWanted])).toEqual([
    [true, true],
    [true, true],
    [false, false],
  ]);
  expect(await setDomain(host, domain, { vcpus: 3 })).toMatchObject({ vcpus: 3 });
});

it('shares processors out, and pins to some', async () => {
  await using host = await createSimulatedHost();
  const domain = await createDomain(host, sampleConfig(host));
  await setDomain(host, domain, { weight: 512, cap: 150, pin: { cpus: [1, 3] } });
  await setDomain(host, domain, { pin: { vcpu: 1, cpus: 'all' } });
  expect(await domainInfo(host, domain)).toMatchObject({
    scheduler: { weight: 512, cap: 150 },
    vcpuList: [{ hard: [1, 3] }, { hard: [0, 1, 2, 3] }],
  });
  const json = await readFile(userdataPath(host, domain.domid, domain.uuid), 'utf8');
  expect((JSON.parse(json.replace('\0', '')) as { b_info: object }).b_info).toMatchObject({
    sched_params: { weight: 512, cap: 150 },
  });
  await setDomain(
    host,
    { domid: 0, uuid: '00000000-0000-0000-0000-000000000000', name: 'Domain-0' },
    { weight: 512 },
  );
  expect(await host.xen.domainGetWeight(0)).toBe(512);
});

it('gives it another name, unless another domain has it', async () => {
  await using host = await createSimulatedHost();
  const domain = await createDomain(host, sampleConfig(host));
  await createDomain(host, sampleConfig(host, { name: 'taken' }));
  expect(await setDomain(host, domain, { name: 'web2' })).toMatchObject({ name: 'web2' });
  expect(await host.store.read(`/vm/${domain.uuid}/name`)).toBe('web2');
  expect((await domainInfo(host, domain)).config?.name).toBe('web2');
  const before = await host.snapshot();
  expect(await failure(setDomain(host, domain, { name: 'taken' }))).toMatchObject({
    code: 'DOMAIN_NAME_TAKEN',
  });
  expect(await host.snapshot()).toEqual(before);
});

test.each<[settings: DomainSettings, message: string]>([
  [{ memoryKib: 65 * MIB }, 'may have 65536 KiB of memory, and 66560 KiB are more'],
  [{ maxMemoryKib: 32 * MIB }, 'may have 32768 KiB of memory, and 65536 KiB are more'],
  [{ memoryKib: 2500 }, 'has whole MiB of memory, and 2500 KiB are none'],
  [{ vcpus: 3 }, 'can use 1 to 2 vCPUs, and not 3'],
  [{ vcpus: 0 }, 'can use 1 to 2 vCPUs, and not 0'],
  [{ weight: 65_536 }, 'can have a weight from 1 to 65535'],
  [{ weight: 0 }, 'can have a weight from 1 to 65535'],
  [{ cap: 201 }, 'cannot use more than 200 % of a processor anyway'],
  [{ pin: { vcpu: 2, cpus: [0] } }, 'has no vCPU 2'],
  [{ pin: { cpus: [0, 4] } }, 'cannot be pinned to processor 4: there is none'],
  [{ name: '7' }, 'cannot be called "7"'],
])('%j is refused, and nothing changes', async (settings, message) => {
  await using host = await createSimulatedHost();
  const domain = await createDomain(host, sampleConfig(host));
  const before = await host.snapshot();
  expect(await failure(setDomain(host, domain, { name: 'web2', ...settings }))).toMatchObject({
    code: 'DOMAIN_SETTING_INVALID',
    kind: 'usage',
    message: `web1 ${message}`,
    hint: expect.any(String),
  });
  expect(await host.snapshot()).toEqual(before);
});

test('dom0 is neither renamed nor resized', async () => {
  await using host = await createSimulatedHost();
  const dom0 = { domid: 0, uuid: '', name: 'Domain-0' };
  for (const settings of [{ name: 'web1' }, { memoryKib: 4 * MIB }, { vcpus: 1 }])
    expect(await failure(setDomain(host, dom0, settings))).toMatchObject({ code: 'DOMAIN_IS_DOM0' });
});

/** The guest has followed what it is asked for after all, because that was taken back. */
async function untilAsBefore({ machine }: SimulatedHost, domid: number, pages: number): Promise<void> {
  const domain = machine.requireDomain(domid, 'test');
  while (domain.totPages !== pages || domain.onlineVcpus !== 2) await turn();
}

test('each of its calls may fail: then nothing has changed', async () => {
  const settings = { name: 'web2', weight: 512, cap: 50, pin: { cpus: [1] }, vcpus: 1, memoryKib: 48 * MIB };
  await tryEachCall({
    prepare: (host) => createDomain(host, sampleConfig(host)),
    async act(host, domain, signal) {
      const pages = host.machine.requireDomain(domain.domid, 'test').totPages;
      try {
        await setDomain(host, domain, settings, { signal, timeoutMs: patient(60_000) });
      } catch (thrown) {
        await untilAsBefore(host, domain.domid, pages);
        throw thrown;
      }
    },
    check: (failed) => expectUnchanged(failed, 'still running here'),
  });
});
