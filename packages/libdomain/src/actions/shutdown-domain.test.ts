import { describe, expect, it } from '@jest/globals';
import { controlPath } from '../paths.ts';
import { failure } from '../testing/failure.ts';
import { fakeHost, sampleConfig, type FakeHost, type Manners } from '../testing/fake-host.ts';
import type { Domain } from '../domain.ts';
import { createDomain } from './create-domain.ts';
import { pauseDomain } from './pause-domain.ts';
import { shutdownDomain } from './shutdown-domain.ts';

async function guestWith(manners: Manners): Promise<{ host: FakeHost; domain: Domain } & AsyncDisposable> {
  const host = await fakeHost();
  host.manners = manners;
  const domain = await createDomain(host, await sampleConfig(host));
  return { host, domain, [Symbol.asyncDispose]: () => host[Symbol.asyncDispose]() };
}

describe('shutdownDomain', () => {
  it.each(['polite', 'silent'] as const)('waits for a %s guest to shut down', async (manners) => {
    await using guest = await guestWith(manners);
    expect(await shutdownDomain(guest.host, guest.domain, { mode: 'reboot', wait: true })).toBe('shut-down');
    expect(guest.host.xen.domains.get(1)?.shutdownReason).toBe('reboot');
    expect(await shutdownDomain(guest.host, guest.domain, { mode: 'poweroff' })).toBe('shut-down');
  });

  it('is content with an acknowledgement when it is not to wait', async () => {
    await using guest = await guestWith('slow');
    expect(await shutdownDomain(guest.host, guest.domain, { mode: 'poweroff' })).toBe('acknowledged');
  });

  it.each([
    ['rude', false],
    ['slow', true],
  ] as const)('gives up a %s guest, and takes the request back', async (manners, acked) => {
    await using guest = await guestWith(manners);
    const error = await failure(
      shutdownDomain(guest.host, guest.domain, { mode: 'poweroff', wait: true, timeoutMs: 5 }),
    );
    expect(error).toMatchObject({
      code: 'DOMAIN_SHUTDOWN_TIMEOUT',
      kind: 'timeout',
      details: { acked },
      guest: { state: 'still running' },
    });
    expect(guest.host.store.others.read(controlPath(1))).toBe('');
  });

  it('shuts it down without its help when forced', async () => {
    await using guest = await guestWith('rude');
    const options = { mode: 'reboot', wait: true, force: true, timeoutMs: 5 } as const;
    expect(await shutdownDomain(guest.host, guest.domain, options)).toBe('forced');
    expect(guest.host.xen.domains.get(1)?.shutdownReason).toBe('reboot');
  });

  it('takes the request back when it is interrupted', async () => {
    await using guest = await guestWith('rude');
    const work = shutdownDomain(guest.host, guest.domain, {
      mode: 'poweroff',
      wait: true,
      signal: AbortSignal.timeout(5),
    });
    expect((await failure(work)).kind).toBe('interrupted');
    expect(guest.host.store.others.read(controlPath(1))).toBe('');
  });

  it('tells at once that a paused guest cannot answer', async () => {
    await using guest = await guestWith('polite');
    await pauseDomain(guest.host, guest.domain);
    expect(await failure(shutdownDomain(guest.host, guest.domain, { mode: 'poweroff' }))).toMatchObject({
      code: 'DOMAIN_PAUSED',
    });
  });
});
