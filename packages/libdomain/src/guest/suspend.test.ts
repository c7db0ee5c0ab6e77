import { describe, expect, it } from '@jest/globals';
import { createDomain } from '../actions/create-domain.ts';
import type { Domain } from '../domain.ts';
import { controlPath } from '../paths.ts';
import { failure } from '../testing/failure.ts';
import { fakeHost, sampleConfig, type FakeHost, type Manners } from '../testing/fake-host.ts';
import { suspendGuest } from './suspend.ts';

async function guestWith(manners: Manners): Promise<{ host: FakeHost; domain: Domain } & AsyncDisposable> {
  const host = await fakeHost();
  const domain = await createDomain(host, await sampleConfig(host));
  host.manners = manners;
  return { host, domain, [Symbol.asyncDispose]: () => host[Symbol.asyncDispose]() };
}

const reasonOf = (host: FakeHost): string | undefined => host.xen.domains.get(1)?.shutdownReason;

describe('suspendGuest', () => {
  it.each(['polite', 'silent'] as const)(
    'takes the word of the hypervisor, not that of a %s guest',
    async (manners) => {
      await using guest = await guestWith(manners);
      await suspendGuest(guest.host, guest.domain);
      expect(reasonOf(guest.host)).toBe('suspend');
      expect(guest.host.store.others.read(controlPath(1))).toBe(''); // or it would suspend again when it is resumed
      await suspendGuest(guest.host, guest.domain);
    },
  );

  it.each([
    ['rude', false, 'rude did not answer'],
    ['slow', true, 'slow acknowledged'],
  ] as const)(
    'gives up a %s guest: it runs, and the request is taken back',
    async (manners, acked, words) => {
      await using guest = await guestWith(manners);
      const error = await failure(
        suspendGuest(guest.host, { ...guest.domain, name: manners }, { timeoutMs: 5 }),
      );
      expect(error).toMatchObject({
        code: 'DOMAIN_SUSPEND_TIMEOUT',
        kind: 'timeout',
        details: { acked },
        guest: { domid: 1, state: 'still running' },
      });
      expect(error.message).toContain(words);
      expect(guest.host.store.others.read(controlPath(1))).toBe('');
      expect(reasonOf(guest.host)).toBeUndefined();
    },
  );

  it('resumes a guest that suspends in the moment in which it is given up', async () => {
    await using guest = await guestWith('rude');
    const { host, domain } = guest;
    const serve = host.store.onChange;
    host.store.onChange = (path) => {
      serve(path);
      // The withdrawal has reached xenstore, and the guest had made up its mind before.
      if (path === controlPath(1) && host.store.others.read(path) === '')
        host.xen.guestShutsDown(1, 'suspend');
    };
    expect((await failure(suspendGuest(host, domain, { timeoutMs: 5 }))).code).toBe('DOMAIN_SUSPEND_TIMEOUT');
    expect(reasonOf(host)).toBeUndefined();
    expect(host.store.resumed).toEqual([1]);
  });

  it('waits for a guest that acknowledges in the very last moment', async () => {
    await using guest = await guestWith('rude');
    const { host, domain } = guest;
    const call = host.faults.call.bind(host.faults);
    host.faults.call = (name) => {
      call(name);
      // The second transaction is the one that takes the request back.
      const isSecond =
        host.faults.calls.filter((each) => each === 'store.transactionStart').length === before + 2;
      if (name !== 'store.transactionStart' || !isSecond) return;
      host.store.others.write(controlPath(1), '');
      setImmediate(() => host.xen.guestShutsDown(1, 'suspend'));
    };
    const before = host.faults.calls.filter((each) => each === 'store.transactionStart').length;
    await suspendGuest(host, domain, { timeoutMs: 30 });
    expect(reasonOf(host)).toBe('suspend');
  });

  it('tells that the guest died instead', async () => {
    await using guest = await guestWith('rude');
    const work = failure(suspendGuest(guest.host, guest.domain));
    setImmediate(() => guest.host.xen.guestShutsDown(1, 'crash'));
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
    expect(error.kind).toBe('interrupted');
    expect(guest.host.store.others.read(controlPath(1))).toBe('');
  });

  it('does not make nodes for a domain that is gone', async () => {
    await using guest = await guestWith('rude');
    await guest.host.store.rm('/local/domain/1');
    await failure(suspendGuest(guest.host, guest.domain, { timeoutMs: 5 }));
    expect(guest.host.store.dump().join('\n')).not.toContain('/local/domain/1 ');
  });
});
