import { expect } from '@jest/globals';
import { createGuest } from '@vm-tools/libdomain/testing';
import {
  failure,
  interrupt,
  leaveFree,
  listed,
  result,
  startXfrd,
  state,
  startTestHost,
  testOnHost,
  testOnTwoHosts,
  testRefusals,
  ticks,
  unchanged,
  unchangedInTheEnd,
  waitForTick,
  waitForTicks,
} from '@vm-tools/xen-sim/testing';

testRefusals((domain) => `vm-migrate ${domain} 127.0.0.1:1`);

const BUSY = 'cmdline=sim.tick=20ms sim.dirty=32M/s sim.set=1M';

for (const [type, live] of [
  ['pvh', true],
  ['pv', false],
] as const) {
  testOnTwoHosts(`a ${type} domain moves (live: ${live}) and goes on counting`, async (a, b) => {
    const before = await state(a);
    const { domid, uuid } = await createGuest(a, 'web1', `type=${type}`);
    await using xfrd = await startXfrd(b);
    const moved = await result(a, `vm-migrate web1 ${xfrd.endpoint}`);
    expect(moved).toMatchObject({ name: 'web1', uuid, live, endpoint: xfrd.endpoint });
    expect(moved.downtimeMs).toBeGreaterThan(0);
    const counted = await ticks(a, 'web1');
    await waitForTick(b, 'web1', counted + 2);
    expect(await listed(b, 'web1')).toMatchObject({ uuid, domid: moved.domid, type });
    expect(await failure(a, `vm-list ${domid}`)).toMatchObject({ status: 3 });
    const after = await state(a);
    // Its memory of earlier transfers stays.
    const isKept = (path: string): boolean =>
      path.startsWith('var/lib/vm-tools/') && !before.files.includes(path);
    const files = after.files.filter((path) => !isKept(path));
    expect({ ...after, files }).toEqual(before);
  });
}

testOnHost('what was set of its vCPUs moves along; what the other host lacks is said', async (a) => {
  await using b = await startTestHost({ name: 'b', cpus: 3 });
  await createGuest(a, 'web1', 'vcpus=2');
  await waitForTicks(a, 'web1');
  await result(a, 'vm-set web1 --vcpus 1 --weight 512 --cap 150 --pin 0:2');
  await result(a, 'vm-set web1 --pin 1:1,3');
  await using xfrd = await startXfrd(b);
  const moved = await result<{ warnings: object[] }>(a, `vm-migrate web1 ${xfrd.endpoint}`);
  const message = expect.stringMatching(/^web1 was pinned to processors that are not where it is now \(3\)/);
  expect(moved.warnings).toContainEqual({ code: 'XFR_W_LOST', message, hint: expect.any(String) });
  expect(await result<object>(b, 'vm-info web1')).toMatchObject({
    scheduler: { weight: 512, cap: 150 },
    vcpuList: [
      { hard: [2], isWanted: true },
      { hard: [0, 1, 2], isWanted: false },
    ],
  });
});

testOnTwoHosts('there and back again, while it writes; the limit holds', async (a, b) => {
  await createGuest(a, 'busy', BUSY);
  await using there = await startXfrd(b);
  await using back = await startXfrd(a);
  const moved = await result(a, `vm-migrate busy ${there.endpoint} --bwlimit 32M --live require`);
  expect(moved.transferred / (moved.totalTimeMs / 1000)).toBeLessThan(32 * 2 ** 20 * 1.1);
  await waitForTicks(b, 'busy');
  await result(b, `vm-migrate busy ${back.endpoint}`);
  await waitForTicks(a, 'busy');
  expect(await b.run('vm-list --names')).toBe('');
});

testOnTwoHosts('a PV domain is not moved where only a live one will do', async (a, b) => {
  await createGuest(a, 'pv', 'type=pv');
  await using xfrd = await startXfrd(b);
  const before = [await state(a), await state(b)];
  const refused = await failure(a, `vm-migrate pv ${xfrd.endpoint} --live require`);
  expect(refused).toMatchObject({ status: 2, error: { code: 'DOMAIN_NOT_LIVE', hint: expect.any(String) } });
  expect([await state(a), await state(b)]).toEqual(before);
  await waitForTicks(a, 'pv');
});

testOnTwoHosts('what keeps it from moving is said, and the guest runs on here', async (a, b) => {
  await createGuest(a, 'stays', 'type=pv');
  const unreachable = await unchanged(a, () => failure(a, 'vm-migrate stays tcp://127.0.0.1:1 --insecure'));
  expect(unreachable).toMatchObject({
    status: 6,
    error: {
      code: 'XFR_UNREACHABLE',
      hint: expect.any(String),
      guest: { state: expect.stringContaining('running') },
    },
  });
  const nonsense = await unchanged(a, () => failure(a, 'vm-migrate stays http://b'));
  expect(nonsense).toMatchObject({ status: 2, error: { hint: expect.any(String) } });

  await using xfrd = await startXfrd(b);
  await result(b, 'vm-create polite.cfg name=stays --paused');
  const taken = await unchangedInTheEnd(b, () =>
    unchanged(a, () => failure(a, `vm-migrate stays ${xfrd.endpoint}`)),
  );
  expect(taken).toMatchObject({
    status: 2,
    error: {
      code: 'XFR_PEER_REJECTED',
      message: expect.stringContaining('a domain called stays is there already'),
      hint: expect.any(String),
    },
  });
  await waitForTicks(a, 'stays');
});

testOnTwoHosts('a target without the memory refuses before the first page', async (a, b) => {
  await createGuest(a, 'wide', 'type=pv');
  await leaveFree(b, 3);
  await using xfrd = await startXfrd(b);
  const refused = await unchangedInTheEnd(b, () =>
    unchanged(a, () => failure(a, `vm-migrate wide ${xfrd.endpoint}`)),
  );
  expect(refused).toMatchObject({
    status: 5,
    error: {
      code: 'XFR_PEER_REJECTED',
      message: expect.stringContaining('MiB free'),
      hint: expect.any(String),
    },
  });
  await waitForTicks(a, 'wide');
});

testOnTwoHosts('a target that runs out of memory, or whose stream breaks, in the middle', async (a, b) => {
  await createGuest(a, 'kept', 'type=pv');
  await using xfrd = await startXfrd(b);
  b.simulated.faults.add({ call: 'domainRestore', at: 2_000_000, errno: 'ENOMEM' });
  const refused = await unchangedInTheEnd(b, () =>
    unchanged(a, () => failure(a, `vm-migrate kept ${xfrd.endpoint}`)),
  );
  expect(refused.error).toMatchObject({ guest: { state: expect.stringContaining('running') } });
  await waitForTicks(a, 'kept');
  await result(a, `vm-migrate kept ${xfrd.endpoint}`);
  await waitForTicks(b, 'kept');
});

testOnTwoHosts('a guest that does not suspend stays here, running', async (a, b) => {
  await result(a, 'vm-create rude.cfg name=rude');
  await waitForTicks(a, 'rude');
  await using xfrd = await startXfrd(b);
  const given = await unchangedInTheEnd(b, () =>
    unchanged(a, () => failure(a, `vm-migrate rude ${xfrd.endpoint} --suspend-timeout 0.3`)),
  );
  expect(given).toMatchObject({
    status: 124,
    error: { code: 'DOMAIN_SUSPEND_TIMEOUT', hint: expect.any(String) },
  });
  await waitForTicks(a, 'rude');
});

testOnTwoHosts('a guest that ends in precopy ends here, and is not there', async (a, b) => {
  await using xfrd = await startXfrd(b);
  for (const end of ['crash', 'reboot', 'poweroff']) {
    await createGuest(a, end, `cmdline=sim.tick=20ms sim.precopy=${end}`);
    const died = await unchangedInTheEnd(b, () =>
      failure(a, `vm-migrate ${end} ${xfrd.endpoint} --bwlimit 64M`),
    );
    expect(died).toMatchObject({
      status: 1,
      error: { code: 'GUEST_DIED', hint: expect.any(String), guest: { state: expect.stringContaining(end) } },
    });
    expect(await listed(a, end)).toMatchObject({ shutdownReason: end });
  }
});

testOnTwoHosts('Ctrl-C in any phase leaves the guest running here and nothing there', async (a, b) => {
  await createGuest(a, 'kept', BUSY);
  await using xfrd = await startXfrd(b);
  b.simulated.faults.add({ call: '*', delayMs: 5, times: 10_000 });
  for (const phase of ['connecting', 'reserving', 'precopy', 'suspending', 'stop-and-copy']) {
    const stopped = await unchangedInTheEnd(b, () =>
      unchanged(a, () =>
        interrupt(
          a,
          `vm-migrate kept ${xfrd.endpoint} --bwlimit 32M --stop-and-copy-bwlimit 32M`,
          (event) => event['phase'] === phase,
        ),
      ),
    );
    expect({ phase, ...stopped }).toMatchObject({
      phase,
      status: 130,
      error: { kind: 'aborted-safe', guest: { state: expect.stringContaining('running') } },
    });
    await waitForTicks(a, 'kept');
  }
});

testOnTwoHosts('Ctrl-C (starting) comes too late, and the guest runs there', async (a, b) => {
  await createGuest(a, 'moved', 'type=pv');
  await using xfrd = await startXfrd(b);
  b.simulated.faults.add({ call: 'domainUnpause', delayMs: 500 });
  const stopped = await interrupt(
    a,
    `vm-migrate moved ${xfrd.endpoint}`,
    ({ phase }) => phase === 'starting',
  );
  expect(stopped).toBeUndefined();
  await waitForTicks(b, 'moved');
  expect(await a.run('vm-list --names')).toBe('');
});

testOnTwoHosts(
  'several move one after the other, and one that fails does not stop the others',
  async (a, b) => {
    for (const name of ['web1', 'web2']) await createGuest(a, name);
    await using xfrd = await startXfrd(b);
    const checked = await a.exec(`vm-migrate web1 web2 ${xfrd.endpoint} --check --json`);
    expect(JSON.parse(checked.stdout)).toMatchObject([
      { name: 'web1', checks: expect.any(Array) },
      { name: 'web2', checks: expect.any(Array) },
    ]);
    expect(checked.code).toBe(0);
    const { code, stdout } = await a.exec(`vm-migrate web1 none web2 ${xfrd.endpoint} --json`);
    expect({ code, value: JSON.parse(stdout) as unknown }).toMatchObject({
      code: 3,
      value: [
        { name: 'web1', endpoint: xfrd.endpoint },
        { domain: 'none', error: { code: 'DOMAIN_UNKNOWN' } },
        { name: 'web2', endpoint: xfrd.endpoint },
      ],
    });
    for (const name of ['web1', 'web2']) await waitForTicks(b, name);
    expect(await a.run('vm-list --names')).toBe('');
    expect(await failure(b, 'vm-migrate web1')).toMatchObject({ status: 2, error: { code: 'USAGE' } });
  },
);
