import { describe, expect, it } from '@jest/globals';
import { createSimulatedHost, strike, strikesOf, type SimulatedHost } from '@vm-tools/xen-sim';
import type { ShutdownReason } from '@vm-tools/xc-native';
import { attachDevice } from '../actions/devices/attach-device.ts';
import { createDomain } from '../actions/create-domain.ts';
import { destroyDomain } from '../actions/destroy-domain.ts';
import { detachDevice } from '../actions/devices/detach-device.ts';
import { pauseDomain } from '../actions/pause-domain.ts';
import { setDomain } from '../actions/set-domain.ts';
import { shutdownDomain } from '../actions/shutdown-domain.ts';
import { unpauseDomain } from '../actions/unpause-domain.ts';
import { resumeGuest } from '../guest/suspend/resume.ts';
import { suspendGuest } from '../guest/suspend/suspend.ts';
import { controlPath, incomingFromPath, incomingPath } from '../paths.ts';
import { guestWithOneOfEach, networkOf, untilConnected } from '../testing/attached.ts';
import { expectGoodError } from '../testing/expect-good-error.ts';
import { failure } from '../testing/failure.ts';
import { sampleConfig, sampleDomain } from '../testing/sample-config.ts';
import type { DomainEvent } from './domain-event.ts';
import { listen } from './testing/listen.ts';
import { watchDomains } from './watch-domains.ts';

const types = (events: readonly DomainEvent[]): string[] => events.map(({ type }) => type);
/** Without what is told of memory, devices and requests. */
const lives = (events: readonly DomainEvent[]): string[] =>
  types(events).filter((type) => !/^memory|^device|^asked|^answered/.test(type));

/** How many watches there are that were not ended. */
const openWatches = ({ faults: { calls } }: SimulatedHost): number =>
  (calls.get('xenstore.watch') ?? 0) - (calls.get('xenstore.unwatch') ?? 0);

describe('the life of a domain', () => {
  it('is told of from its beginning to its end', async () => {
    await using host = await createSimulatedHost();
    await using listener = await listen(host);
    const domain = await sampleDomain(host);
    const { domid, uuid } = domain;
    const begun = await listener.upTo('started');
    expect(lives(begun)).toEqual(['created', 'started']);
    expect(begun[0]).toMatchObject({
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      type: 'created',
      domid,
      uuid,
      name: 'web1',
    });
    const targets = begun.flatMap((event) => ('targetKib' in event ? [event.targetKib] : []));
    expect(targets).toEqual([2048]); // which its toolstack may have written later than its name
    await shutdownDomain(host, domain, { mode: 'poweroff' });
    const stopped = await listener.upTo('shut-down');
    expect(stopped.at(-1)).toMatchObject({ type: 'shut-down', reason: 'poweroff', domid, uuid });
    await destroyDomain(host, domain);
    expect((await listener.upTo('gone')).at(-1)).toMatchObject({ domid, uuid, name: 'web1' });
  });

  it.each<[ShutdownReason, 'shut-down' | 'crashed']>([
    ['poweroff', 'shut-down'],
    ['reboot', 'shut-down'],
    ['watchdog', 'shut-down'],
    ['soft-reset', 'shut-down'],
    ['crash', 'crashed'],
  ])('ends with the reason %s, without a look that is not asked for', async (reason, type) => {
    await using host = await createSimulatedHost();
    const { domid } = await sampleDomain(host);
    await using listener = await listen(host, { pollMs: 0 });
    host.machine.guestShutdown(domid, reason);
    expect((await listener.upTo(type)).at(-1)).toMatchObject({ domid, reason });
  });

  it('has pauses, which only a look of our own shows', async () => {
    await using host = await createSimulatedHost();
    const domain = await sampleDomain(host);
    await using listener = await listen(host);
    await pauseDomain(host, domain);
    expect(types(await listener.upTo('paused'))).toEqual(['paused']);
    await unpauseDomain(host, domain);
    expect(types(await listener.upTo('unpaused'))).toEqual(['unpaused']);
  });

  it('goes on behind a request to suspend, and a domain that waits for its start starts', async () => {
    await using host = await createSimulatedHost();
    const domain = await sampleDomain(host);
    await using listener = await listen(host, { pollMs: 0 });
    await suspendGuest(host, domain);
    const suspended = await listener.upTo('suspended');
    expect(lives(suspended)).toEqual(['suspended']);
    await resumeGuest(host, domain);
    expect(lives(await listener.upTo('resumed'))).toEqual(['resumed']);
    const second = await createDomain(host, sampleConfig(host, { name: 'web2' }), { paused: true });
    expect(lives(await listener.upTo('created'))).toEqual(['created']);
    await unpauseDomain(host, second);
    expect(lives(await listener.upTo('started'))).toEqual(['started']);
  });

  it('begins elsewhere for one that arrives', async () => {
    await using host = await createSimulatedHost();
    await using listener = await listen(host);
    const { domid } = await createDomain(host, sampleConfig(host), { paused: true });
    await listener.upTo('created');
    await host.store.write(incomingFromPath(domid), 'tls://b.example:8002');
    expect((await listener.upTo('arriving')).at(-1)).toMatchObject({ domid, from: 'tls://b.example:8002' });
    await host.xen.domainUnpause(domid);
    await host.store.rm(incomingPath(domid));
    expect(lives(await listener.upTo('started'))).toEqual(['started']);
  });

  it('goes on under another domid when the guest starts anew', async () => {
    await using host = await createSimulatedHost();
    const first = await sampleDomain(host);
    await using listener = await listen(host);
    host.machine.guestShutdown(first.domid, 'reboot');
    await listener.upTo('shut-down');
    await destroyDomain(host, first);
    const second = await sampleDomain(host, { uuid: first.uuid });
    const events = await listener.upTo('started');
    const told = events.map(({ type, domid }) => `${type} ${domid}`);
    expect(told.indexOf(`gone ${first.domid}`)).toBeLessThan(told.indexOf(`created ${second.domid}`));
    expect(events.at(-1)).toMatchObject({ domid: second.domid, uuid: first.uuid, name: 'web1' });
  });

  it('may be over before it was looked at', async () => {
    await using host = await createSimulatedHost();
    const domain = await sampleDomain(host);
    let isOver = false;
    const store = new Proxy(host.store, {
      get: (target, name) => {
        if (name === 'directory')
          return async (path: string) => {
            // In the middle of a look: its name is known, and its devices are not.
            if (!isOver) await destroyDomain(host, domain);
            isOver = true;
            return target.directory(path);
          };
        const value: unknown = Reflect.get(target, name);
        return typeof value === 'function' ? (value.bind(target) as unknown) : value;
      },
    });
    await using listener = await listen({ xen: host.xen, store }, { domains: ['web1'] });
    await listener.upTo('gone');
    expect(types(listener.initial).slice(0, 2)).toEqual(['created', 'started']);
  });

  it('has names and memory targets', async () => {
    await using host = await createSimulatedHost();
    const domain = await createDomain(host, sampleConfig(host));
    await using listener = await listen(host, { pollMs: 0 });
    const renamed = await setDomain(host, domain, { name: 'web2' });
    expect(await listener.upTo('renamed')).toMatchObject([{ name: 'web2', from: 'web1' }]);
    await setDomain(host, renamed, { memoryKib: 32_768 });
    const [event] = await listener.upTo('memory-target');
    expect(event).toMatchObject({ name: 'web2', targetKib: 32_768, fromKib: 65_536 });
  });

  it('has requests, of which a guest may write what it likes', async () => {
    await using host = await createSimulatedHost();
    const { domid } = await sampleDomain(host, { cmdline: 'sim.suspend=rude' });
    await using listener = await listen(host, { pollMs: 0 });
    for (const [word, request] of [
      ['suspend', 'suspend'],
      ['x'.repeat(2000), 'other'],
    ] as const) {
      await host.store.write(controlPath(domid), word);
      expect((await listener.upTo('asked')).at(-1)).toMatchObject({ request });
      await host.store.write(controlPath(domid), '');
      expect(await listener.upTo('answered')).toMatchObject([{ request }]);
    }
  });
});

describe('devices', () => {
  it('come, connect, and go', async () => {
    await using host = await createSimulatedHost();
    const domain = await guestWithOneOfEach(host);
    const { domid } = domain;
    await untilConnected(host, domid, 'vif/0');
    await using listener = await listen(host, { pollMs: 0 });
    await attachDevice(host, domain, networkOf({ mac: '00:16:3e:00:00:09' }), { wait: true });
    const of = { domid, kind: 'vif', id: '1' };
    const added = await listener.upTo('device-added');
    expect(added.at(-1)).toMatchObject({ ...of, frontendState: 'connected', backendState: 'connected' });
    await detachDevice(host, domain, { id: 1 });
    expect((await listener.upTo('device-removed')).at(-1)).toMatchObject(of);
  });

  it('are part of the present state, and of another domain that serves them, too', async () => {
    await using host = await createSimulatedHost();
    const driver = await sampleDomain(host, { name: 'driver' });
    const { domid } = await sampleDomain(host);
    const backend = `/local/domain/${driver.domid}/backend/vif/${domid}/0`;
    await host.store.write(`/libxl/${domid}/device/vif/0/frontend`, `/local/domain/${domid}/device/vif/0`);
    await host.store.write(`/libxl/${domid}/device/vif/0/backend`, backend);
    await host.store.write(`${backend}/state`, '2');
    await using listener = await listen(host, { pollMs: 0, domains: ['web1'] });
    await host.store.write(`${backend}/state`, 'x'.repeat(2000));
    expect((await listener.upTo('device-state')).at(-1)).toMatchObject({
      kind: 'vif',
      id: '0',
      frontendState: 'absent',
      backendState: 'other',
    });
    expect(listener.initial.at(-1)).toMatchObject({ type: 'device-added', backendState: 'init-wait' });
  });
});

describe('what is watched', () => {
  it('is no more than a name of a domain that is not asked for', async () => {
    await using host = await createSimulatedHost();
    await sampleDomain(host);
    const before = openWatches(host);
    {
      await using all = await listen(host);
      expect(all.initial).toHaveLength(1);
      // Two special ones, one for toolstacks, one for backends of dom0, and four for each of two domains.
      expect(openWatches(host) - before).toBe(12);
    }
    expect(openWatches(host)).toBe(before);
    await using _dom0 = await listen(host, { domains: ['0'] });
    expect(openWatches(host) - before).toBe(3 + 4 + 1);
  });

  it('is a domain that gets a name which is asked for, and keeps being one under another name', async () => {
    await using host = await createSimulatedHost();
    const domain = await sampleDomain(host, { name: 'web0' });
    await using listener = await listen(host, { domains: ['0', 'web1'], pollMs: 0 });
    const named = await setDomain(host, domain, { name: 'web1' });
    expect(await listener.upTo('renamed')).toMatchObject([{ name: 'web1', from: 'web0' }]);
    const again = await setDomain(host, named, { name: 'web2' });
    expect(await listener.upTo('renamed')).toMatchObject([{ name: 'web2', from: 'web1' }]);
    await destroyDomain(host, again);
    expect((await listener.upTo('gone')).at(-1)).toMatchObject({ name: 'web2' });
  });

  it('is not what a guest keeps for itself', async () => {
    await using host = await createSimulatedHost();
    const { domid } = await sampleDomain(host);
    await using listener = await listen(host, { pollMs: 0 });
    const asked = (): number => host.faults.calls.get('xenstore.read') ?? 0;
    const before = asked();
    for (let n = 0; n < 50; n += 1) await host.store.write(`/local/domain/${domid}/data/${n}`, `${n}`);
    await host.store.write(`/local/domain/${domid}/memory/target`, '1024');
    await listener.upTo('memory-target');
    expect(asked() - before).toBeLessThan(20);
  });

  it('costs a slow reader events, and no memory', async () => {
    await using host = await createSimulatedHost();
    const { domid } = await sampleDomain(host);
    await using listener = await listen(host, { pollMs: 0 });
    for (let kib = 1024; kib <= 1536; kib += 1)
      await host.store.write(`/local/domain/${domid}/memory/target`, `${kib}`);
    const events = await listener.upTo('memory-target');
    expect(events.at(-1)).toMatchObject({ targetKib: 1536 });
  });
});

describe('an end', () => {
  it('comes with the signal, which leaves no watch behind', async () => {
    await using host = await createSimulatedHost();
    await sampleDomain(host);
    const before = openWatches(host);
    const over = new AbortController();
    const events = watchDomains(host, { initial: true, signal: over.signal });
    await events.next();
    const end = failure(
      (async () => {
        for await (const event of events) if (event.initial !== true) break;
      })(),
    );
    over.abort();
    expect(await end).toMatchObject({ code: 'INTERRUPTED', kind: 'interrupted' });
    expect(openWatches(host)).toBe(before);
    expect(await failure(watchDomains(host, { signal: over.signal }).next())).toMatchObject({
      code: 'INTERRUPTED',
    });
  });

  it('comes when xenstored does not answer any more', async () => {
    await using host = await createSimulatedHost();
    await using listener = await listen(host);
    const end = failure(listener.upTo('gone'));
    host.xenstored.close();
    expect(await end).toMatchObject({ code: 'XENSTORE_CLOSED', hint: expect.any(String) });
  });

  it('comes with the failure of any call, and leaves no watch behind', async () => {
    await using host = await createSimulatedHost();
    await guestWithOneOfEach(host);
    const look = async (signal?: AbortSignal): Promise<void> => {
      for await (const _event of watchDomains(host, { initial: true, pollMs: 0, signal })) break;
    };
    const strikes = await strikesOf(host.faults, look);
    expect(strikes.length).toBeGreaterThan(40);
    for (const each of strikes) {
      const before = openWatches(host);
      const thrown = await strike(host.faults, each, look);
      if (each.errno === undefined)
        expect(thrown ?? { code: 'INTERRUPTED' }).toMatchObject({ code: 'INTERRUPTED' });
      else if (thrown !== undefined) expectGoodError(thrown, each);
      const refused = each.call === 'xenstore.watch' && each.errno !== undefined ? 1 : 0;
      expect({ ...each, left: openWatches(host) - before - refused }).toEqual({ ...each, left: 0 });
    }
  });
});
