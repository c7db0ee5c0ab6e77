import { describe, expect, it } from '@jest/globals';
import { failure } from '../testing/failure.ts';
import { fakeHost, sampleConfig } from '../testing/fake-host.ts';
import { createDomain } from './create-domain.ts';
import { destroyDomain } from './destroy-domain.ts';
import { listDomains } from './list-domains.ts';

describe('destroyDomain', () => {
  it('is finished by a second call wherever the first one failed', async () => {
    await using host = await fakeHost();
    const config = await sampleConfig(host);
    const before = await host.state();
    for (let n = 1; ; n++) {
      const domain = await createDomain(host, config);
      host.faults.failNth(n);
      const isDone = await destroyDomain(host, domain).then(
        () => true,
        () => false,
      );
      host.faults.failNth(Infinity);
      if (!isDone) await destroyDomain(host, domain);
      expect({ failed: host.faults.failed, state: await host.state() }).toMatchObject({ state: before });
      if (isDone) break;
    }
    expect(host.faults.failed).toMatch(/transactionEnd/);
  });

  it('says so when Xen cannot let go of the domain, and leaves nothing else', async () => {
    await using host = await fakeHost();
    const before = await host.state();
    const domain = await createDomain(host, await sampleConfig(host));
    host.xen.keepsZombies = true;
    const error = await failure(destroyDomain(host, domain, { zombieLimitMs: 1 }));
    expect(error).toMatchObject({ code: 'DOMAIN_ZOMBIE', guest: { domid: 1, state: 'dying' } });
    expect(error.message).toBe(
      'domain 1 is dying, but not gone after 0.001 s: somebody still maps 1 of its pages',
    );
    expect((await host.state()).nodes).toEqual(before.nodes);
  });

  it('keeps what a successor with the same UUID has in xenstore', async () => {
    await using host = await fakeHost();
    host.xen.keepsZombies = true;
    const zombie = await createDomain(host, await sampleConfig(host));
    await failure(destroyDomain(host, zombie, { zombieLimitMs: 1 }));
    const successor = await createDomain(host, { ...(await sampleConfig(host)), uuid: zombie.uuid });
    await failure(destroyDomain(host, zombie, { zombieLimitMs: 1 }));
    expect(host.store.others.read(`/vm/${zombie.uuid}/name`)).toBe('web1');
    expect((await listDomains(host)).map(({ domid, state }) => `${domid} ${state}`)).toEqual([
      `${zombie.domid} dying`,
      `${successor.domid} running`,
    ]);
  });

  it('asks backends to close before it removes their nodes', async () => {
    await using host = await fakeHost();
    const before = await host.state();
    const domain = await createDomain(host, await sampleConfig(host));
    const backend = '/local/domain/0/backend/vbd/1/51712';
    const { others } = host.store;
    others.write(`${backend}/state`, '4');
    others.write('/libxl/1/device/vbd/51712/backend', backend);
    others.write('/libxl/1/device/vbd/51712/frontend', '/local/domain/1/device/vbd/51712');
    const seen: string[] = [];
    const consoled = host.store.onChange;
    host.store.onChange = (path) => {
      consoled(path);
      if (path !== `${backend}/state` || others.read(path) !== '5') return;
      seen.push(`online ${others.read(`${backend}/online`)}`);
      others.write(path, '6');
    };
    await destroyDomain(host, domain);
    expect(seen).toEqual(['online 0']);
    expect((await host.state()).nodes).toEqual(before.nodes);
  });

  it('refuses dom0', async () => {
    await using host = await fakeHost();
    const error = await failure(
      destroyDomain(host, { domid: 0, uuid: '00000000-0000-0000-0000-000000000000' }),
    );
    expect(error).toMatchObject({ code: 'DOMAIN_IS_DOM0', kind: 'usage' });
    expect(host.faults.calls).toEqual([]);
  });
});
