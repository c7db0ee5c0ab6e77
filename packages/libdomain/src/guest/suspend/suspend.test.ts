import { describe, expect, it } from '@jest/globals';
import { patient } from '@vm-tools/ratelimit/testing';
import { connectXenstore } from '@vm-tools/xenstore';
import { createSimulatedHost, type SimulatedHost } from '@vm-tools/xen-sim';
import { createDomain } from '../../actions/create-domain.ts';
import type { Domain } from '../../domain.ts';
import { controlPath } from '../../paths.ts';
import { failure } from '../../testing/failure.ts';
import { sampleConfig } from '../../testing/sample-config.ts';
import { untilAcknowledged } from '../../testing/until-acknowledged.ts';
import { suspendGuest } from './suspend.ts';

/** @param manners as in the guest's command line: "slow:1h" acknowledges and does nothing for an hour */
async function guestWith(
  manners: string,
): Promise<{ host: SimulatedHost; domain: Domain } & AsyncDisposable> {
  const host = await createSimulatedHost();
  const domain = await createDomain(host, sampleConfig(host, { cmdline: `sim.suspend=${manners}` }));
  return { host, domain, [Symbol.asyncDispose]: () => host[Symbol.asyncDispose]() };
}

const reasonOf = ({ machine }: SimulatedHost): string | undefined => machine.domains.get(1)?.shutdownReason;

describe('suspendGuest', () => {
  it.each(['polite', 'silent'])(
    'takes the word of the hypervisor, not that of a %s guest',
    async (manners) => {
      await using guest = await guestWith(manners);
      await suspendGuest(guest.host, guest.domain);
      expect(reasonOf(guest.host)).toBe('suspend');
      expect(await guest.host.store.read(controlPath(1))).toBe(''); // or it would suspend again when it is resumed
      await suspendGuest(guest.host, guest.domain);
    },
  );

  it.each([
    ['rude', false, 'did not answer'],
    ['slow:1h', true, 'acknowledged'],
  ] as const)(
    'gives up a %s guest: it runs, and the request is taken back',
    async (manners, acked, words) => {
      await using guest = await guestWith(manners);
      const timeoutMs = acked ? patient(1_000) : 5; // the slow one acknowledges within it
      const error = await failure(suspendGuest(guest.host, guest.domain, { timeoutMs }));
      expect(error).toMatchObject({
        code: 'DOMAIN_SUSPEND_TIMEOUT',
        kind: 'timeout',
        details: { acked },
        guest: { domid: 1, state: 'still running' },
        leftovers: [],
      });
      expect(error.message).toContain(`web1 ${words}`);
      expect(await guest.host.store.read(controlPath(1))).toBe('');
      expect(reasonOf(guest.host)).toBeUndefined();
    },
  );

  it('resumes a guest that suspends in the moment in which it is given up', async () => {
    await using guest = await guestWith('late:0s'); // does it as soon as the request has been withdrawn
    const { host, domain } = guest;
    expect((await failure(suspendGuest(host, domain, { timeoutMs: 5 }))).code).toBe('DOMAIN_SUSPEND_TIMEOUT');
    expect(host.consoleOf(1)).toMatch(/suspend was asked for[^]*suspend cancelled/);
    expect(reasonOf(host)).toBeUndefined();
    expect(host.faults.calls.get('xenstore.resume')).toBe(1);
  });

  it('waits for a guest that acknowledges in the very last moment', async () => {
    await using guest = await guestWith('rude');
    const { host, domain } = guest;
    let transactions = 0;
    const stream = host.xenstored.connect(0, {
      async before({ name }) {
        if (name !== 'transactionStart') return;
        transactions += 1;
        if (transactions !== 2) return; // it is the second one that takes the request back
        await host.store.write(controlPath(1), '');
        setImmediate(() => host.machine.guestShutdown(1, 'suspend'));
      },
    });
    const store = await connectXenstore({ stream });
    await suspendGuest({ ...host, store }, domain, { timeoutMs: 30 });
    await store.close();
    expect(reasonOf(host)).toBe('suspend');
  });

  it('tells that the guest died instead', async () => {
    await using guest = await guestWith('rude');
    const work = failure(suspendGuest(guest.host, guest.domain));
    setImmediate(() => guest.host.machine.guestShutdown(1, 'crash'));
    expect(await work).toMatchObject({
      code: 'GUEST_DIED',
      guest: { state: 'shut down: crash' },
      details: { reason: 'crash' },
    });
    expect(reasonOf(guest.host)).toBe('crash');
  });

  it('leaves a running guest and no request when it is interrupted', async () => {
    await using guest = await guestWith('rude');
    const error = await failure(suspendGuest(guest.host, guest.domain, { signal: AbortSignal.timeout(5) }));
    expect(error).toMatchObject({
      kind: 'interrupted',
      guest: { state: 'still running here' },
      leftovers: [],
    });
    expect(await guest.host.store.read(controlPath(1))).toBe('');
  });

  it('waits for a guest that is on its way when it is interrupted, and resumes it', async () => {
    await using guest = await guestWith('slow:200ms');
    const abort = new AbortController();
    const work = failure(suspendGuest(guest.host, guest.domain, { signal: abort.signal }));
    await untilAcknowledged(guest.host, 1);
    abort.abort();
    expect(await work).toMatchObject({
      kind: 'interrupted',
      guest: { state: 'still running here' },
      leftovers: [],
    });
    expect(guest.host.consoleOf(1)).toMatch(/suspend cancelled/);
    expect(reasonOf(guest.host)).toBeUndefined();
  });

  it('does not make nodes for a domain that is gone', async () => {
    await using guest = await guestWith('rude');
    await guest.host.store.rm('/local/domain/1');
    await failure(suspendGuest(guest.host, guest.domain, { timeoutMs: 5 }));
    expect(await guest.host.store.read('/local/domain/1')).toBeUndefined();
  });
});
