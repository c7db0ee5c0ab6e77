import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { VmToolsError } from '@vm-tools/errors';
import { failure } from '../testing/failure.ts';
import { fakeHost, sampleConfig } from '../testing/fake-host.ts';
import { createDomain, planCreate } from './create-domain.ts';
import { destroyDomain } from './destroy-domain.ts';

describe('createDomain', () => {
  it('leaves a running domain with the nodes of libxl, and destroyDomain leaves nothing', async () => {
    await using host = await fakeHost();
    const config = await sampleConfig(host);
    const before = await host.state();
    const domain = await createDomain(host, config);
    expect(domain).toMatchObject({
      domid: 1,
      name: 'web1',
      type: 'pvh',
      state: 'running',
      memoryKib: 65536,
      vcpus: 2,
    });
    const uuid = domain.uuid;
    expect(host.store.dump()).toEqual(
      expect.arrayContaining([
        '/local/domain/1 = "" (none0 read1)',
        `/local/domain/1/vm = "/vm/${uuid}" (none0 read1)`,
        '/local/domain/1/control/shutdown = "" (none1)',
        '/local/domain/1/device/suspend/event-channel = "" (none1)',
        '/local/domain/1/store/ring-ref = "1044476" (none0 read1)',
        '/local/domain/1/cpu/1/availability = "online" (none0 read1)',
        '/local/domain/1/console/tty = "/dev/pts/1" (none0 read1)',
        '/local/domain/1/console/backend-id = "0" (none1 read0)',
        '/local/domain/0/backend/console/1/0/state = "1" (none0 read1)',
        '/libxl/1/device/console/0/backend = "/local/domain/0/backend/console/1/0" (none0)',
        '/libxl/1/type = "pvh" (none0)',
        `/vm/${uuid}/name = "web1" (none0 read1)`,
      ]),
    );
    expect(host.store.introduced.get(1)).toEqual({ frame: 0xfeffcn, port: 1 });
    expect((await host.state()).files).toContain(`var/lib/xen/userdata-d.1.${uuid}.libxl-json`);

    await destroyDomain(host, domain);
    expect(await host.state()).toEqual(before);
  });

  it.each(['pv', 'pvh'] as const)('leaves nothing behind whichever call fails: %s', async (type) => {
    await using host = await fakeHost();
    const config = await sampleConfig(host, { type });
    await createDomain(host, config).then((domain) => destroyDomain(host, domain));
    const before = await host.state();
    const failed: string[] = [];
    for (let n = 1; ; n++) {
      host.faults.failNth(n);
      const outcome = await createDomain(host, config).catch((error: unknown) => error);
      // Behind the last step the new domain is only looked at.
      if (!(outcome instanceof VmToolsError) || outcome.details['step'] === undefined) break;
      expect({ outcome, state: await host.state() }).toMatchObject({
        outcome: { leftovers: [] },
        state: before,
      });
      expect(outcome.guest?.state).toBe('never created');
      failed.push(host.faults.failed ?? '');
    }
    expect(failed).toEqual(
      expect.arrayContaining(['xen.physinfo', 'xen.domainCreate', 'xen.domainMaxVcpus']),
    );
    expect(failed).toEqual(
      expect.arrayContaining(['xen.domainBuild', 'store.introduceDomain', 'store.watch']),
    );
    expect(failed.at(-1)).toBe('xen.domainUnpause');
  });

  it('leaves nothing behind when it is interrupted at any step', async () => {
    await using host = await fakeHost();
    const config = await sampleConfig(host);
    const before = await host.state();
    for (const { name } of planCreate(config).steps) {
      const abort = new AbortController();
      const onStep = (event: { name: string; state: string }): void => {
        if (event.name === name && event.state === 'started') abort.abort();
      };
      const outcome = await createDomain(host, config, { signal: abort.signal, onStep }).catch(
        (error: unknown) => error,
      );
      if (name === 'unpause') continue; // done before anybody looks at the signal again
      expect(outcome).toMatchObject({ code: 'INTERRUPTED', kind: 'interrupted' });
      expect(await host.state()).toEqual(before);
    }
  });

  it('refuses a name and a UUID that are taken, and more memory than is free, before it takes anything', async () => {
    await using host = await fakeHost();
    const config = await sampleConfig(host);
    const first = await createDomain(host, config);
    const before = await host.state();
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
      'big needs 2060 MiB (2048 MiB and 12 MiB of overhead) and this host has 957 MiB free',
    );
    expect(await host.state()).toEqual(before);
  });

  it('leaves nothing behind when the configuration cannot be written down', async () => {
    await using host = await fakeHost();
    const config = await sampleConfig(host);
    await rm(join(host.root, 'var/lib/xen'), { recursive: true });
    await writeFile(join(host.root, 'var/lib/xen'), 'not a folder');
    const before = await host.state();
    expect(await failure(createDomain(host, config))).toMatchObject({
      details: { step: 'userdata' },
      leftovers: [],
    });
    expect(await host.state()).toEqual(before);
  });

  it('names what could not be undone', async () => {
    await using host = await fakeHost();
    const config = await sampleConfig(host);
    const abort = new AbortController();
    const onStep = ({ name }: { name: string }): void => (name === 'build' ? abort.abort() : undefined);
    host.faults.broken = 'xen.domainDestroy';
    const error = await failure(createDomain(host, config, { signal: abort.signal, onStep }));
    expect(error.kind).toBe('interrupted');
    expect(error.leftovers).toEqual(['create-domain: xen.domainDestroy failed because the test says so']);
  });

  it('refuses a kernel that is not there before there is a domain', async () => {
    await using host = await fakeHost();
    const config = { ...(await sampleConfig(host)), kernel: '/nowhere' };
    expect(await failure(createDomain(host, config))).toMatchObject({
      kind: 'usage',
      details: { step: 'check-kernel' },
    });
    expect(host.faults.calls).not.toContain('xen.domainCreate');
  });

  it('prints what it would do, without a host', async () => {
    await using host = await fakeHost();
    const plan = planCreate(await sampleConfig(host, { uuid: '11111111-2222-3333-4444-555555555555' }), {
      paused: true,
    });
    expect(plan.describe().map(({ name }) => name)).toEqual([
      'check-name-free',
      'check-memory',
      'check-kernel',
      'create-domain',
      'xenstore-skeleton',
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
    expect(plan.describe()[3]).toEqual({ name: 'create-domain', about: 'pvh with 2 vCPUs' });
    expect(host.faults.calls).toEqual([]);
  });
});
