import { expect } from '@jest/globals';
import type { DomainEvent } from '@vm-tools/libdomain';
import { checkResult, failure, listenTo, result, testOnHost } from '@vm-tools/xen-sim/testing';

const eventsOf = (text: string): DomainEvent[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as DomainEvent);

testOnHost('--json is a line for each event, from the present state on until --until', async (host) => {
  const { domid, uuid } = await result(host, 'vm-create polite.cfg name=web1');
  const watching = host.spawn('exec vm-events --json --initial web1 --until gone');
  const { said, hears } = listenTo(watching);
  await hears(/"initial":true/);
  await result(host, 'vm-destroy web1');
  expect(await watching.exited).toBe(0);
  const events = eventsOf(said());
  for (const event of events) await checkResult('vm-events', event);
  expect(events[0]).toEqual({
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
    type: 'created',
    domid,
    uuid,
    name: 'web1',
    targetKib: 4096,
    initial: true,
  });
  expect(events.map(({ type }) => type)).toEqual(expect.arrayContaining(['created', 'started', 'gone']));
  expect(events.at(-1)).toMatchObject({ type: 'gone', domid, uuid, name: 'web1' });
});

testOnHost('for people each event is a line, and a state that is there already will do', async (host) => {
  await result(host, 'vm-create polite.cfg name=web1');
  const told = await host.run('vm-events web1 --initial --until started --type created,started');
  const at = '\\d{4}-\\d\\d-\\d\\dT[\\d:.]+Z web1 \\(\\d+\\)';
  expect(told).toMatch(
    new RegExp(`^${at} created with 4 MiB \\(at the beginning\\)\n${at} started \\(at the beginning\\)\n$`),
  );
  expect((await host.run('vm-events --initial -n 2')).match(/\n/g)).toHaveLength(2);
});

testOnHost(
  'a domain that is to come is waited for, and one whose end is waited for must be there',
  async (host) => {
    const watching = host.spawn('exec vm-events web1 --until started --json');
    const { said, hears } = listenTo({ stdout: watching.stderr });
    await hears(/there is no domain web1 on this host: waiting for it/);
    await result(host, 'vm-create polite.cfg name=web1');
    expect(await watching.exited).toBe(0);
    expect(said()).toMatch(/{"events":\d+}/);
    for (const line of ['vm-events web2 --until gone', 'vm-events 99'])
      expect(await failure(host, line)).toMatchObject({ status: 3, error: { code: 'DOMAIN_UNKNOWN' } });
  },
);

testOnHost('a signal ends it, and so do its reader and its time limit', async (host) => {
  await result(host, 'vm-create polite.cfg name=web1');
  for (const [line, status] of [
    ['vm-events --json --initial', 0],
    ['vm-events --json --initial --until gone', 130],
  ] as const) {
    const watching = host.spawn(`exec ${line}`);
    await listenTo(watching).hears(/\n/);
    await watching.kill('SIGINT');
    expect(await watching.exited).toBe(status);
  }
  expect(await host.exec('vm-events --initial --poll 0 | head -1')).toMatchObject({ code: 0, stderr: '' });
  const full = await host.exec('vm-events --initial --poll 0 > /dev/full');
  expect(full).toMatchObject({ code: 5, stderr: expect.stringContaining('[OUTPUT_LOST]') });
  const late = await host.exec('vm-events web1 --until gone --timeout 100ms');
  expect(late).toMatchObject({ code: 124, stderr: expect.stringContaining('[TIME_LIMIT]') });
});

testOnHost('types that are none are refused with the one that is meant', async (host) => {
  const { status, error } = await failure(host, 'vm-events --type startd');
  expect({ status, error }).toMatchObject({
    status: 2,
    error: { code: 'USAGE', hint: 'did you mean started?' },
  });
  expect((await failure(host, 'vm-events --until elephants')).error.hint).toContain('--help');
});

testOnHost('a domain arrives, and connects its devices', async (host) => {
  await result(host, 'vm-create polite.cfg name=web1 \'vif=["mac=00:16:3e:00:00:01"]\'');
  await result(host, 'vm-save web1 -o web1.img');
  const watching = host.spawn('exec vm-events web1 --json --initial --until started');
  const { said, hears } = listenTo(watching);
  const { faults } = host.simulated;
  const restoring = faults.add({ call: 'domainRestore', hang: true });
  const restored = result(host, 'vm-restore web1.img');
  await hears(/"type":"arriving"/);
  faults.remove(restoring);
  await restored;
  expect(await watching.exited).toBe(0);
  const events = eventsOf(said());
  const types = events.map(({ type }) => type).filter((type) => type !== 'memory-target');
  expect(types.slice(0, 2)).toEqual(['created', 'arriving']);
  expect(events).toContainEqual(expect.objectContaining({ type: 'device-added', kind: 'vif', id: '0' }));
});
