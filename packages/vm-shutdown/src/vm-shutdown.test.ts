import { expect } from '@jest/globals';
import { patient } from '@vm-tools/ratelimit/testing';
import {
  failure,
  interruptAt,
  listed,
  result,
  testOnHost,
  testRefusals,
  unchanged,
  waitForTicks,
  type TestHost,
} from '@vm-tools/xen-sim/testing';

testRefusals((domain) => `vm-shutdown ${domain}`);

const request = (domid: number): string => `/local/domain/${domid}/control/shutdown`;

async function untilAsked({ simulated: { store } }: TestHost, domid: number): Promise<void> {
  const isAsked = async (): Promise<true | undefined> =>
    (await store.read(request(domid))) === 'poweroff' ? true : undefined;
  await store.waitFor(request(domid), isAsked, { timeoutMs: patient(60_000), what: 'the request' });
}

testOnHost('a time longer than timers of Node is no time that is over at once', async (host) => {
  const { domid } = await result(host, 'vm-create rude.cfg name=rude');
  await waitForTicks(host, 'rude');
  const given = await unchanged(host, () =>
    interruptAt(host, 'vm-shutdown -w -f --timeout 3000000 rude', async () => {
      await untilAsked(host, domid);
      await waitForTicks(host, 'rude'); // for so long it has not been forced
    }),
  );
  expect(given).toMatchObject({ status: 130, error: { code: 'INTERRUPTED' } });
  await waitForTicks(host, 'rude');
  const [wrong, tooLong] = await unchanged(host, () =>
    Promise.all(['0', '366d'].map((time) => failure(host, `vm-shutdown -w -f --timeout ${time} rude`))),
  );
  for (const refused of [wrong, tooLong])
    expect(refused).toMatchObject({
      status: 2,
      error: { code: 'USAGE', message: expect.stringContaining('is not a time from 1 ms to 365 d') },
    });
});

testOnHost('asks, or waits until it has shut down', async (host) => {
  const [asked, waited] = [
    await result(host, 'vm-create slow.cfg name=asked'),
    await result(host, 'vm-create slow.cfg name=waited'),
  ];
  await Promise.all([waitForTicks(host, 'asked'), waitForTicks(host, 'waited')]);
  const [one, other] = await Promise.all([
    result(host, 'vm-shutdown asked'),
    result(host, 'vm-shutdown --wait waited'),
  ]);
  expect(one).toEqual({ domid: asked.domid, uuid: asked.uuid, name: 'asked', state: 'acknowledged' });
  expect(other).toEqual({ domid: waited.domid, uuid: waited.uuid, name: 'waited', state: 'shut-down' });
  expect(await listed(host, 'waited')).toMatchObject({ state: 'shutdown', shutdownReason: 'poweroff' });
  // A domain that has shut down already need not be asked.
  expect(await result(host, 'vm-shutdown waited')).toMatchObject({ state: 'shut-down' });
});

testOnHost('a guest that does not answer is given up and runs on; --force ends it', async (host) => {
  const { domid } = await result(host, 'vm-create rude.cfg name=deaf');
  await waitForTicks(host, 'deaf');
  const given = await unchanged(host, () => failure(host, 'vm-shutdown deaf --timeout 0.3'));
  expect(given).toMatchObject({
    status: 124,
    error: {
      code: 'DOMAIN_SHUTDOWN_TIMEOUT',
      message: 'deaf did not answer the request to poweroff within 0.3 s',
      hint: expect.stringContaining('withdrawn'),
      guest: { domid, state: 'still running' },
      details: { acked: false },
    },
  });
  expect(await host.simulated.store.read(request(domid))).toBe('');
  await waitForTicks(host, 'deaf');
  expect(await result(host, 'vm-shutdown deaf --timeout 0.3 --force')).toMatchObject({ state: 'forced' });
  expect(await listed(host, 'deaf')).toMatchObject({ state: 'shutdown' });
});

testOnHost('a guest that has acknowledged and takes too long is told from a deaf one', async (host) => {
  await result(host, 'vm-create polite.cfg name=busy cmdline="sim.tick=20ms sim.shutdown=slow:5m"');
  await waitForTicks(host, 'busy');
  const limit = patient(2_000) / 1000; // within it, it acknowledges
  const { status, error } = await failure(host, `vm-shutdown busy --wait --timeout ${limit}`);
  expect({ status, code: error.code }).toEqual({ status: 124, code: 'DOMAIN_SHUTDOWN_TIMEOUT' });
  expect(error).toMatchObject({ hint: expect.stringContaining('more time'), details: { acked: true } });
});

testOnHost('one that never acknowledges and obeys all the same has shut down', async (host) => {
  await result(host, 'vm-create polite.cfg name=silent cmdline="sim.tick=20ms sim.shutdown=silent"');
  await waitForTicks(host, 'silent');
  expect(await result(host, 'vm-shutdown silent')).toMatchObject({ state: 'shut-down' });
});

testOnHost('a paused domain cannot answer, and dom0 is not shut down from here', async (host) => {
  await result(host, 'vm-create polite.cfg name=paused --paused');
  const [paused, dom0] = await unchanged(host, () =>
    Promise.all([failure(host, 'vm-shutdown paused'), failure(host, 'vm-shutdown 0')]),
  );
  expect(paused).toMatchObject({
    status: 2,
    error: { code: 'DOMAIN_PAUSED', hint: 'run vm-unpause paused first', guest: { state: 'paused' } },
  });
  expect(dom0).toMatchObject({ status: 2, error: { code: 'DOMAIN_IS_DOM0' } });
});

testOnHost('Ctrl-C takes the request back', async (host) => {
  const { domid } = await result(host, 'vm-create rude.cfg name=asked');
  await waitForTicks(host, 'asked');
  const stopped = await unchanged(host, () =>
    interruptAt(host, 'vm-shutdown asked --wait', () => untilAsked(host, domid)),
  );
  expect(stopped).toMatchObject({ status: 130, error: { code: 'INTERRUPTED', kind: 'interrupted' } });
  await waitForTicks(host, 'asked');
});

testOnHost('--all asks every guest at the same time, and tells of each', async (host) => {
  const { domid } = await result(host, 'vm-create rude.cfg name=deaf');
  await result(host, 'vm-create polite.cfg name=first');
  await result(host, 'vm-create polite.cfg name=second');
  for (const name of ['deaf', 'first', 'second']) await waitForTicks(host, name);
  const printed = await host.exec(`vm-shutdown --all --wait --json --timeout ${patient(2_000) / 1000}`);
  expect(printed.code).toBe(124);
  expect(JSON.parse(printed.stdout)).toEqual([
    { domain: String(domid), error: expect.objectContaining({ code: 'DOMAIN_SHUTDOWN_TIMEOUT' }) },
    expect.objectContaining({ name: 'first', state: 'shut-down' }),
    expect.objectContaining({ name: 'second', state: 'shut-down' }),
  ]);
  await host.run('vm-destroy deaf first second');
  expect(await result(host, 'vm-shutdown --all')).toEqual([]);
  expect(await result(host, 'vm-reboot --all')).toEqual([]);
});

testOnHost('it wants domains or --all, not neither and not both', async (host) => {
  for (const tool of ['vm-shutdown', 'vm-reboot']) {
    const [neither, both] = [await failure(host, tool), await failure(host, `${tool} --all web1`)];
    expect(neither).toMatchObject({
      status: 2,
      error: { code: 'USAGE', hint: expect.stringMatching('--all') },
    });
    expect(both).toMatchObject({
      status: 2,
      error: { code: 'USAGE', message: expect.stringMatching('--all') },
    });
  }
});
