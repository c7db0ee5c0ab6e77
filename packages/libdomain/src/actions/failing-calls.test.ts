import { expect, test } from '@jest/globals';
import { expectNamed, expectUnchanged, tryEachCall } from '../testing/each-call.ts';
import { configWithDevices, configWithQemu } from '../testing/guest-with-devices.ts';
import { sampleConfig, sampleDomain } from '../testing/sample-config.ts';
import { createDomain } from './create-domain.ts';
import { destroyDomain } from './destroy-domain.ts';
import { pauseDomain } from './pause-domain.ts';
import { unpauseDomain } from './unpause-domain.ts';
import { shutdownDomain } from './shutdown-domain.ts';

test.each(['pv', 'pvh'] as const)('create %s', async (type) => {
  await tryEachCall({
    prepare: () => Promise.resolve(),
    act: (host, _, signal) => createDomain(host, sampleConfig(host, { type }), { signal }),
    check: (failure) => expectUnchanged(failure, 'never created'),
  });
});

test('create with disks and network devices', async () => {
  await tryEachCall({
    prepare: async (host) => configWithDevices(host),
    act: (host, config, signal) => createDomain(host, config, { signal }),
    check: (failure) => expectUnchanged(failure, 'never created'),
  });
});

test('create with fewer features of the processor', async () => {
  const cpuPolicy = { features: ['fpu', 'sse', 'avx'], leaves: { basic: 13, features: 0, extended: 8 } };
  await tryEachCall({
    prepare: () => Promise.resolve(),
    act: (host, _, signal) =>
      createDomain(host, sampleConfig(host, { cpuPolicy, cpuid: 'host,avx=0' }), { signal }),
    check: (failure) => expectUnchanged(failure, 'never created'),
  });
});

test('create with a screen, channels and a folder', async () => {
  await tryEachCall({
    prepare: async (host) => configWithQemu(host),
    act: (host, config, signal) => createDomain(host, config, { signal }),
    check: (failure) => expectUnchanged(failure, 'never created'),
  });
});

test('destroy with disks and network devices', async () => {
  await tryEachCall({
    prepare: async (host) => createDomain(host, await configWithDevices(host)),
    act: (host, domain, signal) => destroyDomain(host, domain, { signal }),
    check: ({ error }) => expect(error.leftovers).not.toEqual([]),
    finish: destroyDomain,
  });
});

test('pause', async () => {
  await tryEachCall({ prepare: sampleDomain, act: (host, domain) => pauseDomain(host, domain) });
});

test('unpause', async () => {
  await tryEachCall({
    prepare: (host) => createDomain(host, sampleConfig(host), { paused: true }),
    act: (host, domain) => unpauseDomain(host, domain),
    check: (failure) => expectUnchanged(failure, 'paused here'),
  });
});

test.each(['poweroff', 'reboot'] as const)('shut down to %s', async (mode) => {
  await tryEachCall({
    prepare: sampleDomain,
    act: (host, domain, signal) => shutdownDomain(host, domain, { mode, wait: true, signal }),
    check(failure) {
      const { error } = failure;
      if (error.leftovers.length === 0) expectUnchanged(failure, 'still running here');
      else expect(error.leftovers).toEqual([`web1 has seen the request to ${mode}, and may still follow it`]);
    },
  });
});

test('shut down by force', async () => {
  await tryEachCall({
    prepare: (host) => sampleDomain(host, { cmdline: 'sim.suspend=rude' }),
    act: (host, domain, signal) =>
      shutdownDomain(host, domain, { mode: 'poweroff', force: true, timeoutMs: 1, signal }),
  });
});

test('destroy', async () => {
  await tryEachCall({
    prepare: sampleDomain,
    act: (host, domain, signal) => destroyDomain(host, domain, { signal }),
    check: expectNamed,
    finish: destroyDomain,
  });
});
