import { describe, expect, it } from '@jest/globals';
import { patient } from '@vm-tools/ratelimit/testing';
import { createSimulatedHost, type SimulatedHost } from '@vm-tools/xen-sim';
import type { Domain } from '../domain.ts';
import { controlPath } from '../paths.ts';
import { failure } from '../testing/failure.ts';
import { sampleConfig } from '../testing/sample-config.ts';
import { untilAcknowledged } from '../testing/until-acknowledged.ts';
import { createDomain } from './create-domain.ts';
import { pauseDomain } from './pause-domain.ts';
import { shutdownDomain } from './shutdown-domain.ts';

/** @param manners as in the guest's command line: "slow:1h" acknowledges and does nothing for an hour */
async function guestWith(
  manners: string,
): Promise<{ host: SimulatedHost; domain: Domain } & AsyncDisposable> {
  const host = await createSimulatedHost();
  const domain = await createDomain(host, sampleConfig(host, { cmdline: `sim.shutdown=${manners}` }));
  return { host, domain, [Symbol.asyncDispose]: () => host[Symbol.asyncDispose]() };
}

const reasonOf = ({ machine }: SimulatedHost): string | undefined => machine.domains.get(1)?.shutdownReason;

describe('shutdownDomain', () => {
  it.each(['polite', 'silent'])('waits for a %s guest to shut down', async (manners) => {
    await using guest = await guestWith(manners);
    expect(await shutdownDomain(guest.host, guest.domain, { mode: 'reboot', wait: true })).toBe('shut-down');
    expect(reasonOf(guest.host)).toBe('reboot');
    expect(await failure(shutdownDomain(guest.host, guest.domain, { mode: 'poweroff' }))).toMatchObject({
      code: 'DOMAIN_NOT_RUNNING',
      message: 'web1 has shut down (reboot)',
      guest: { state: 'shut down here: reboot' },
    });
  });

  it('is content with an acknowledgement when it is not to wait', async () => {
    await using guest = await guestWith('slow:1h');
    expect(await shutdownDomain(guest.host, guest.domain, { mode: 'poweroff' })).toBe('acknowledged');
  });

  it.each([
    ['rude', false],
    ['slow:1h', true],
  ] as const)('gives up a %s guest, and takes the request back', async (manners, acked) => {
    await using guest = await guestWith(manners);
    // The slow one acknowledges within it.
    const options = { mode: 'poweroff', wait: true, timeoutMs: acked ? patient(1_000) : 5 } as const;
    const error = await failure(shutdownDomain(guest.host, guest.domain, options));
    expect(error).toMatchObject({
      code: 'DOMAIN_SHUTDOWN_TIMEOUT',
      kind: 'timeout',
      details: { acked },
      guest: { state: 'still running' },
      leftovers: [],
    });
    expect(await guest.host.store.read(controlPath(1))).toBe('');
  });

  it('shuts it down without its help when forced', async () => {
    await using guest = await guestWith('rude');
    const options = { mode: 'reboot', wait: true, force: true, timeoutMs: 5 } as const;
    expect(await shutdownDomain(guest.host, guest.domain, options)).toBe('forced');
    expect(reasonOf(guest.host)).toBe('reboot');
  });

  it('takes the request back when it is interrupted', async () => {
    await using guest = await guestWith('rude');
    const work = shutdownDomain(guest.host, guest.domain, {
      mode: 'poweroff',
      wait: true,
      signal: AbortSignal.timeout(5),
    });
    expect(await failure(work)).toMatchObject({
      kind: 'interrupted',
      guest: { state: 'still running here' },
      leftovers: [],
    });
    expect(await guest.host.store.read(controlPath(1))).toBe('');
  });

  it('says so when it is interrupted and the guest has seen the request', async () => {
    await using guest = await guestWith('slow:1h');
    const abort = new AbortController();
    const options = { mode: 'poweroff', wait: true, signal: abort.signal } as const;
    const work = failure(shutdownDomain(guest.host, guest.domain, options));
    await untilAcknowledged(guest.host, 1);
    abort.abort();
    expect((await work).leftovers).toEqual([
      'web1 has seen the request to poweroff, and may still follow it',
    ]);
  });

  it('tells at once that a paused guest cannot answer', async () => {
    await using guest = await guestWith('polite');
    await pauseDomain(guest.host, guest.domain);
    expect(await failure(shutdownDomain(guest.host, guest.domain, { mode: 'poweroff' }))).toMatchObject({
      code: 'DOMAIN_PAUSED',
    });
  });
});
