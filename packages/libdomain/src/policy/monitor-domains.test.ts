import { mkdir, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { patient } from '@vm-tools/ratelimit/testing';
import { createSimulatedHost, type SimulatedHost } from '@vm-tools/xen-sim';
import { createDomain } from '../actions/create-domain.ts';
import { destroyDomain } from '../actions/destroy-domain.ts';
import { listDomains } from '../actions/look/list-domains.ts';
import type { DomainConfig } from '../config/schema.ts';
import type { Domain } from '../domain.ts';
import { readPending, writePending } from '../pending/pending-restarts.ts';
import { sampleConfig } from '../testing/sample-config.ts';
import { readUserdata, removeUserdata } from '../userdata.ts';
import { monitorDomains } from './monitor-domains.ts';
import type { MonitorEvent } from './monitor-event.ts';

/** A long time after every guest was started. */
const later = (): number => Date.now() + 3_600_000;

/** Runs a monitor until it has told of as many things as are expected. */
async function watchUntil(
  host: SimulatedHost,
  count: number,
  cause: () => void = () => undefined,
  { now = later, onTold }: { now?: () => number; onTold?: (event: string) => void } = {},
): Promise<string[]> {
  const stop = new AbortController();
  const events: string[] = [];
  const onEvent = (event: MonitorEvent): void => {
    events.push(
      'domain' in event
        ? `${event.type} ${event.domain.domid}`
        : `failed ${event.domid}: ${event.error.code}`,
    );
    onTold?.(events.at(-1) ?? '');
    if (events.length === count) stop.abort();
  };
  const over = monitorDomains(host, {
    signal: AbortSignal.any([stop.signal, AbortSignal.timeout(patient(60_000))]),
    onEvent,
    now,
  });
  setImmediate(cause);
  await over;
  return events;
}

async function guest(host: SimulatedHost, more: Partial<DomainConfig> = {}): Promise<void> {
  await createDomain(host, sampleConfig(host, more));
}

/** All domains but dom0. They are idle: an idle one is "blocked". */
async function guests(host: SimulatedHost): Promise<Domain[]> {
  return (await listDomains(host)).filter(({ domid }) => domid !== 0);
}

describe('monitorDomains', () => {
  it('destroys, restarts or keeps what has shut down, as its configuration says', async () => {
    await using host = await createSimulatedHost();
    await guest(host, { name: 'off' });
    await guest(host, { name: 'again' });
    await guest(host, { name: 'keep', onCrash: 'preserve' });
    const { uuid } = (await guests(host))[1]!;
    const events = await watchUntil(host, 3, () => {
      host.machine.guestShutdown(1, 'poweroff');
      host.machine.guestShutdown(2, 'reboot');
      host.machine.guestShutdown(3, 'crash');
    });
    expect(events.sort()).toEqual(['destroyed 1', 'kept 3', 'restarted 4']);
    expect(await guests(host)).toMatchObject([
      { domid: 3, name: 'keep', state: 'crashed' },
      { domid: 4, name: 'again', uuid, state: 'blocked' },
    ]);
    expect(await readPending(host)).toEqual([]);
  });

  it('looks first at what happened while no monitor ran', async () => {
    await using host = await createSimulatedHost();
    await guest(host);
    host.machine.guestShutdown(1, 'poweroff');
    expect(await watchUntil(host, 1)).toEqual(['destroyed 1']);
  });

  it('leaves suspended domains and those of xl alone', async () => {
    await using host = await createSimulatedHost();
    for (const name of ['saved', 'xls', 'ours']) await guest(host, { name });
    await host.store.rm('/libxl/2/vm-tools');
    const events = await watchUntil(host, 1, () => {
      host.machine.guestShutdown(1, 'suspend');
      host.machine.guestShutdown(2, 'poweroff');
      host.machine.guestShutdown(3, 'poweroff');
    });
    expect(events).toEqual(['destroyed 3']);
    expect((await guests(host)).map(({ domid }) => domid)).toEqual([1, 2]);
  });

  it('keeps a guest that would crash again and again', async () => {
    await using host = await createSimulatedHost();
    await guest(host, { onCrash: 'restart' });
    const crash = (): void => host.machine.guestShutdown(1, 'crash');
    expect(await watchUntil(host, 1, crash, { now: Date.now })).toEqual(['kept 1']);
    expect(await watchUntil(host, 1)).toEqual(['restarted 2']);
  });

  it('does what is said of a watchdog and of a soft reset, and waits with the latter by default', async () => {
    await using host = await createSimulatedHost();
    await guest(host, { name: 'w1', onCrash: 'preserve' });
    await guest(host, { name: 'w2', onWatchdog: 'restart' });
    await guest(host, { name: 's1' });
    await guest(host, { name: 's2', onSoftReset: 'destroy' });
    const events = await watchUntil(host, 3, () => {
      host.machine.guestShutdown(1, 'watchdog');
      host.machine.guestShutdown(2, 'watchdog');
      host.machine.guestShutdown(3, 'soft-reset');
      host.machine.guestShutdown(4, 'soft-reset');
    });
    expect(events.sort()).toEqual(['destroyed 1', 'destroyed 4', 'restarted 5']);
  });

  it('keeps a guest for which only xl can do what its configuration says', async () => {
    await using host = await createSimulatedHost();
    await guest(host, { onCrash: 'coredump-restart' });
    await guest(host, { name: 'web2', onReboot: 'rename-restart' });
    const events = await watchUntil(host, 2, () => {
      host.machine.guestShutdown(1, 'crash');
      host.machine.guestShutdown(2, 'reboot');
    });
    expect(events.sort()).toEqual(['kept 1', 'kept 2']);
  });

  it('goes on with the others when one cannot be helped', async () => {
    await using host = await createSimulatedHost();
    await guest(host, { name: 'broken' });
    await guest(host, { name: 'fine' });
    await removeUserdata(host, (await guests(host))[0]!);
    host.machine.guestShutdown(1, 'poweroff');
    host.machine.guestShutdown(2, 'poweroff');
    expect(await watchUntil(host, 2)).toEqual(['failed 1: DOMAIN_NO_CONFIG', 'destroyed 2']);
  });

  it('lets one that Xen cannot let go of keep no other waiting', async () => {
    await using host = await createSimulatedHost();
    for (const name of ['stuck', 'again', 'off']) await guest(host, { name });
    host.machine.holdPages(1);
    const events = await watchUntil(host, 2, () => {
      host.machine.guestShutdown(1, 'poweroff');
      host.machine.guestShutdown(2, 'reboot');
      host.machine.guestShutdown(3, 'poweroff');
    });
    expect(events.sort()).toEqual(['destroyed 3', 'restarted 4']);
  });

  it('goes on with all restarts at once that another has begun', async () => {
    await using host = await createSimulatedHost();
    for (const name of ['stuck', 'again']) await guest(host, { name });
    host.machine.holdPages(1);
    for (const { domid, uuid, name } of await guests(host)) {
      host.machine.guestShutdown(domid, 'reboot');
      await writePending(host, {
        domid,
        uuid,
        name,
        configJson: await readUserdata(host, { domid, uuid, name }),
      });
    }
    expect(await watchUntil(host, 1)).toEqual(['restarted 3']);
  });

  it('acts on each once, however often it hears of them', async () => {
    await using host = await createSimulatedHost();
    for (const name of ['off', 'again']) await guest(host, { name });
    const letGo = host.machine.holdPages(1);
    host.machine.guestShutdown(1, 'poweroff');
    host.machine.guestShutdown(2, 'reboot');
    const onTold = (event: string): void => {
      if (event === 'restarted 3') host.machine.guestShutdown(3, 'poweroff');
      if (event === 'destroyed 3') letGo();
    };
    const events = await watchUntil(host, 3, undefined, { onTold });
    expect(events).toEqual(['restarted 3', 'destroyed 3', 'destroyed 1']);
    expect(host.faults.calls.get('domainDestroy')).toBe(3);
  });

  it('reports what the system does not let it do', async () => {
    await using host = await createSimulatedHost();
    await guest(host);
    host.machine.guestShutdown(1, 'reboot');
    const folder = join(host.root, 'run/vm-tools/restart');
    await mkdir(dirname(folder), { recursive: true });
    await symlink('nowhere/at/all', folder);
    expect(await watchUntil(host, 1)).toEqual(['failed 1: DOMAIN_POLICY_FAILED']);
  });

  it.each(['written down', 'destroyed', 'created'] as const)(
    'finishes a restart that ended when the new domain was %s',
    async (point) => {
      await using host = await createSimulatedHost();
      await guest(host);
      await guest(host, { name: 'bell' }); // its end tells the test that the monitor has come that far
      const domain = (await guests(host))[0]!;
      host.machine.guestShutdown(1, 'reboot');
      host.machine.guestShutdown(2, 'poweroff');
      const { name, uuid } = domain;
      await writePending(host, { domid: 1, name, uuid, configJson: await readUserdata(host, domain) });
      if (point !== 'written down') await destroyDomain(host, domain);
      if (point === 'created') await guest(host, { uuid: domain.uuid });
      const events = await watchUntil(host, point === 'created' ? 1 : 2);
      expect(events.sort()).toEqual(point === 'created' ? ['destroyed 2'] : ['destroyed 2', 'restarted 3']);
      expect(await guests(host)).toMatchObject([
        { domid: 3, name: 'web1', uuid: domain.uuid, state: 'blocked' },
      ]);
      expect(await readPending(host)).toEqual([]);
    },
  );
});
