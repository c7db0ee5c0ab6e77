import { randomUUID } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { createSimulatedHost } from '@vm-tools/xen-sim';
import type { StepEvent } from '../step/step.ts';
import { failure } from '../testing/failure.ts';
import { sampleConfig } from '../testing/sample-config.ts';
import { createDomain, planCreate } from './create-domain.ts';
import { destroyDomain } from './destroy-domain.ts';
import { resolveDomain } from './look/resolve-domain.ts';

describe('createDomain', () => {
  it('leaves a running domain with the nodes of libxl, and destroyDomain leaves nothing', async () => {
    await using host = await createSimulatedHost();
    const before = await host.snapshot();
    const domain = await createDomain(host, sampleConfig(host));
    const { uuid } = domain;
    expect(domain).toEqual({
      domid: 1,
      uuid,
      name: 'web1',
      type: 'pvh',
      state: 'running',
      memoryKib: 65536,
      maxMemoryKib: 65536,
      vcpus: 2,
      cpuTimeNs: 0n,
    });
    const { nodes, files } = await host.snapshot();
    expect(nodes).toEqual(
      expect.arrayContaining([
        '/local/domain/1 = ""   (n0,r1)',
        `/local/domain/1/vm = "/vm/${uuid}"   (n0,r1)`,
        '/local/domain/1/control/shutdown = ""   (n1)',
        '/local/domain/1/device/suspend/event-channel = ""   (n1)',
        '/local/domain/1/store/ring-ref = "1044476"   (n0,r1)',
        '/local/domain/1/cpu/1/availability = "online"   (n0,r1)',
        `/local/domain/1/console/tty = "${host.root}/dev/pts/1"   (n0,r1)`,
        '/local/domain/1/console/backend-id = "0"   (n1,r0)',
        '/local/domain/0/backend/console/1/0/state = "1"   (n0,r1)',
        '/libxl/1/device/console/0/backend = "/local/domain/0/backend/console/1/0"   (n0)',
        '/libxl/1/type = "pvh"   (n0)',
        `/vm/${uuid}/name = "web1"   (n0,r1)`,
      ]),
    );
    expect(await host.store.isDomainIntroduced(1)).toBe(true);
    expect(files).toContain(`var/lib/xen/userdata-d.1.${uuid}.libxl-json`);
    expect(await resolveDomain(host, 1)).toMatchObject({ uuid, name: 'web1', type: 'pvh', vcpus: 2 });

    await destroyDomain(host, domain);
    expect(await host.snapshot()).toEqual(before);
  });

  it('leaves nothing behind when it is interrupted at any step', async () => {
    await using host = await createSimulatedHost();
    const config = sampleConfig(host);
    const before = await host.snapshot();
    for (const { name } of planCreate(config).steps) {
      const abort = new AbortController();
      const onStep = (event: { name: string; state: string }): void => {
        if (event.name === name && event.state === 'started') abort.abort();
      };
      const outcome = await createDomain(host, config, { signal: abort.signal, onStep }).catch(
        (error: unknown) => error,
      );
      if (name === 'unpause') continue; // done before the signal is looked at again
      expect(outcome).toMatchObject({ code: 'INTERRUPTED', kind: 'interrupted' });
      expect(await host.snapshot()).toEqual(before);
    }
  });

  it('refuses a name and a UUID that are taken, and more memory than is free, before it takes anything', async () => {
    await using host = await createSimulatedHost({ memory: '1G' });
    const config = sampleConfig(host);
    const first = await createDomain(host, config);
    const before = await host.snapshot();
    expect(await failure(createDomain(host, config))).toMatchObject({
      code: 'DOMAIN_NAME_TAKEN',
      kind: 'usage',
    });
    const twin = { ...config, name: 'web2', uuid: first.uuid };
    expect(await failure(createDomain(host, twin))).toMatchObject({
      code: 'DOMAIN_UUID_TAKEN',
      kind: 'usage',
    });
    const big = { ...config, name: 'big', memoryKib: 2 ** 21, maxMemoryKib: 2 ** 21 };
    const error = await failure(createDomain(host, big));
    expect(error).toMatchObject({
      code: 'DOMAIN_NO_MEMORY',
      kind: 'resource',
      details: { step: 'check-memory' },
    });
    expect(error.message).toBe(
      'big needs 2060 MiB (2048 MiB and 12 MiB of overhead) and this host has 893 MiB free',
    );
    expect(await host.snapshot()).toEqual(before);
  });

  it("sees a domain that comes up under its name between the look and the name's own transaction", async () => {
    await using host = await createSimulatedHost();
    const { faults } = host;
    const rule = faults.add({ call: 'domainCreate', hang: true });
    const created = failure(createDomain(host, sampleConfig(host)));
    // A toolstack that knows nothing of xl's lock.
    while (!faults.calls.has('domainCreate')) await new Promise(setImmediate);
    const theirs = await host.xen.domainCreate({ uuid: randomUUID(), type: 'pvh', maxVcpus: 1 });
    await host.store.write(`/local/domain/${theirs}/name`, 'web1');
    faults.remove(rule);
    expect(await created).toMatchObject({ code: 'DOMAIN_NAME_TAKEN', details: { domid: theirs } });
    expect([...host.machine.domains.keys()]).toEqual([0, theirs]);
  });

  it('leaves nothing behind when the configuration cannot be written down', async () => {
    await using host = await createSimulatedHost();
    const config = sampleConfig(host);
    await rm(join(host.root, 'var/lib/xen'), { recursive: true });
    await writeFile(join(host.root, 'var/lib/xen'), 'not a folder');
    const before = await host.snapshot();
    expect(await failure(createDomain(host, config))).toMatchObject({
      details: { step: 'userdata' },
      leftovers: [],
    });
    expect(await host.snapshot()).toEqual(before);
  });

  it('names what could not be undone', async () => {
    await using host = await createSimulatedHost();
    const config = sampleConfig(host);
    const abort = new AbortController();
    const onStep = ({ name }: { name: string }): void => (name === 'build' ? abort.abort() : undefined);
    host.faults.add({ call: 'domainDestroy', errno: 'EBUSY', times: 2 }); // it is tried twice
    const error = await failure(createDomain(host, config, { signal: abort.signal, onStep }));
    expect(error.kind).toBe('interrupted');
    expect(error.guest).toEqual({ name: 'web1', state: 'never started' });
    expect(error.leftovers).toEqual(['domain 1: xc_domain_destroy: Device or resource busy (EBUSY)']);
  });

  it('names all that is left when xenstored does not answer any more', async () => {
    await using host = await createSimulatedHost();
    const domid = 1;
    const onStep = ({ name, state }: StepEvent): void => {
      if (name === 'build' && state === 'started')
        host.faults.add({ call: 'xenstore.*', errno: 'EACCES', times: 1000 });
    };
    const error = await failure(createDomain(host, sampleConfig(host), { onStep }));
    host.faults.clear();
    const { domains, nodes } = await host.snapshot();
    expect(domains.map((domain) => domain.domid)).toEqual([0]);
    expect(error.leftovers).toEqual([
      expect.stringMatching(`^/local/domain/${domid}, /libxl/${domid}, /vm/\\S+: xenstore refused`),
      expect.stringMatching(`^domain ${domid}: xenstore refused RM of /local/domain/${domid}`),
    ]);
    expect(nodes.join('\n')).toContain(`/libxl/${domid} = `);
  });

  it('asks about no more than the names of others, however many they are', async () => {
    await using host = await createSimulatedHost();
    const calls = (): Record<string, number> => Object.fromEntries(host.faults.calls);
    const costs: Record<string, number>[] = [];
    for (let n = 1; n <= 6; n++) {
      const before = calls();
      const domain = await createDomain(host, sampleConfig(host, { name: `web${n}` }));
      if (n % 2 === 0) await destroyDomain(host, domain);
      const cost = Object.entries(calls()).map(
        ([call, count]) => [call, count - (before[call] ?? 0)] as const,
      );
      costs.push(Object.fromEntries(cost));
    }
    const [, second, , fourth, , sixth] = costs;
    expect(fourth?.['xenstore.read']).toBe((second?.['xenstore.read'] ?? 0) + 1);
    expect(sixth?.['xenstore.read']).toBe((second?.['xenstore.read'] ?? 0) + 2);
    expect({ ...sixth, 'xenstore.read': 0, domainGetinfo: 0 }).toEqual({
      ...second,
      'xenstore.read': 0,
      domainGetinfo: 0, // until it is gone
    });
  });

  it('refuses a kernel that is not there before there is a domain', async () => {
    await using host = await createSimulatedHost();
    const config = sampleConfig(host, { kernel: '/nowhere' });
    expect(await failure(createDomain(host, config))).toMatchObject({
      kind: 'usage',
      details: { step: 'check-kernel' },
    });
    expect(host.faults.calls.has('domainCreate')).toBe(false);
  });

  it('prints what it would do, without a host', async () => {
    await using host = await createSimulatedHost();
    const plan = planCreate(
      sampleConfig({ kernel: '/k' }, { uuid: '11111111-2222-3333-4444-555555555555' }),
      {
        paused: true,
      },
    );
    expect(plan.describe().map(({ name }) => name)).toEqual([
      'check-memory',
      'check-kernel',
      'creation-lock',
      'check-name-free',
      'create-domain',
      'xenstore-skeleton',
      'creation-unlock',
      'max-vcpus',
      'max-mem',
      'event-channels',
      'arch-params',
      'paging-pool',
      'cpu-policy',
      'build',
      'boot-entries',
      'introduce',
      'console',
      'userdata',
      'console-ready',
    ]);
    expect(plan.describe()[4]).toEqual({ name: 'create-domain', about: 'pvh with 2 vCPUs' });
    expect(host.faults.calls.size).toBe(0);
  });
});
