import { describe, expect, it } from '@jest/globals';
import { createSimulatedHost } from '@vm-tools/xen-sim';
import { destroyDomain } from '../actions/destroy-domain.ts';
import { shutdownDomain } from '../actions/shutdown-domain.ts';
import { sampleDomain } from '../testing/sample-config.ts';
import type { DomainEvent } from './domain-event.ts';
import { listen } from './testing/listen.ts';

/** e.g. "web1 shut-down" */
const words = (events: readonly DomainEvent[]): string[] => events.map(({ name, type }) => `${name} ${type}`);
/** Without what is told of devices and requests. */
const lives = (events: readonly DomainEvent[]): string[] =>
  words(events.filter(({ type }) => !/^device|^asked|^answered/.test(type)));

describe('watching domains', () => {
  it('tells of a life from its beginning to its end', async () => {
    await using host = await createSimulatedHost();
    await using listener = await listen(host);
    const domain = await sampleDomain(host);
    const { domid, uuid } = domain;
    const begun = await listener.upTo('started');
    expect(lives(begun)).toEqual(['web1 created', 'web1 started']);
    expect(begun[0]).toEqual({
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      type: 'created',
      domid,
      uuid,
      name: 'web1',
      targetKib: 2048,
    });
    await shutdownDomain(host, domain, { mode: 'poweroff' });
    const stopped = await listener.upTo('shut-down');
    expect(stopped.at(-1)).toMatchObject({ type: 'shut-down', reason: 'poweroff', domid, uuid });
    await destroyDomain(host, domain);
    expect((await listener.upTo('gone')).at(-1)).toMatchObject({ domid, uuid, name: 'web1' });
  });
});
