import { describe, expect, it } from '@jest/globals';
import { patient } from '@vm-tools/ratelimit/testing';
import { createSimulatedHost } from '@vm-tools/xen-sim';
import { failure } from '../testing/failure.ts';
import { sampleConfig } from '../testing/sample-config.ts';
import { createDomain } from './create-domain.ts';
import { destroyDomain } from './destroy-domain.ts';
import { listDomains } from './look/list-domains.ts';

describe('destroyDomain', () => {
  it('says so when Xen cannot let go of the domain, and leaves nothing else', async () => {
    await using host = await createSimulatedHost();
    const before = await host.snapshot();
    const domain = await createDomain(host, sampleConfig(host));
    const letGo = host.machine.holdPages(domain.domid);
    const error = await failure(destroyDomain(host, domain, { zombieLimitMs: 1 }));
    expect(error).toMatchObject({
      code: 'DOMAIN_ZOMBIE',
      guest: { domid: 1, state: 'dying' },
      leftovers: ['domain 1'],
    });
    expect(error.message).toBe(
      'domain 1 is dying, but not gone after 0.001 s: a backend or daemon still maps 1 of its pages',
    );
    const { nodes, files } = await host.snapshot();
    expect({ nodes, files }).toEqual({ nodes: before.nodes, files: before.files });
    letGo();
    expect(await host.snapshot()).toEqual(before);
  });

  it('keeps what a successor with the same UUID has in xenstore', async () => {
    await using host = await createSimulatedHost();
    const zombie = await createDomain(host, sampleConfig(host));
    host.machine.holdPages(zombie.domid);
    await failure(destroyDomain(host, zombie, { zombieLimitMs: 1 }));
    const successor = await createDomain(host, sampleConfig(host, { uuid: zombie.uuid }));
    await failure(destroyDomain(host, zombie, { zombieLimitMs: 1 }));
    expect(await host.store.read(`/vm/${zombie.uuid}/name`)).toBe('web1');
    expect((await listDomains(host)).map(({ domid, uuid }) => `${domid} ${uuid}`)).toEqual([
      expect.stringMatching(/^0 /),
      `${zombie.domid} ${zombie.uuid}`,
      `${successor.domid} ${zombie.uuid}`,
    ]);
    await destroyDomain(host, successor);
    expect(await host.store.read(`/vm/${zombie.uuid}`)).toBeUndefined();
  });

  it('asks backends to close before it removes their nodes', async () => {
    await using host = await createSimulatedHost();
    const before = await host.snapshot();
    const domain = await createDomain(host, sampleConfig(host));
    const { store } = host;
    // Of a kind that the simulated host does not serve by itself.
    const backend = '/local/domain/0/backend/vtpm/1/0';
    await store.write(`${backend}/state`, '4');
    await store.write('/libxl/1/device/vtpm/0/backend', backend);
    await store.write('/libxl/1/device/vtpm/0/frontend', '/local/domain/1/device/vtpm/0');
    const isAsked = async (): Promise<true | undefined> =>
      (await store.read(`${backend}/state`)) === '5' || undefined;
    const closing = store.waitFor(backend, isAsked, {
      timeoutMs: patient(60_000),
      what: 'the backend to be asked',
    });
    const destroyed = destroyDomain(host, domain);
    await closing;
    expect(await store.read(`${backend}/online`)).toBe('0');
    expect(await store.directory('/libxl/1/device')).toContain('vtpm'); // it waits for the backend
    await store.write(`${backend}/state`, '6');
    await destroyed;
    expect(await host.snapshot()).toEqual(before);
  });

  it('refuses dom0', async () => {
    await using host = await createSimulatedHost();
    const error = await failure(
      destroyDomain(host, { domid: 0, uuid: '00000000-0000-0000-0000-000000000000' }),
    );
    expect(error).toMatchObject({ code: 'DOMAIN_IS_DOM0', kind: 'usage' });
    expect(host.faults.calls.size).toBe(0);
  });
});
