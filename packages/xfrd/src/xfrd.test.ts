import { expect } from '@jest/globals';
import { createGuest } from '@vm-tools/libdomain/testing';
import { once } from 'node:events';
import { createConnection } from 'node:net';
import {
  failure,
  listed,
  LONG,
  result,
  startXfrd,
  testOnHost,
  testOnTwoHosts,
  unchanged,
  unchangedInTheEnd,
  waitForTicks,
} from '@vm-tools/xen-sim/testing';

testOnHost('where it cannot listen is said, with what to do', async (host) => {
  await using xfrd = await startXfrd(host);
  const [taken, foreign, rate, noHost] = await unchanged(host, () =>
    Promise.all([
      failure(host, `xfrd --listen ${xfrd.endpoint}`),
      failure(host, 'xfrd --listen tcp://192.0.2.1:8002 --insecure'),
      failure(host, 'xfrd --bwlimit fast'),
      failure(host, 'xfrd --listen unix:///nowhere --host sim:nobody'),
    ]),
  );
  const hint = expect.any(String);
  expect(taken).toMatchObject({ status: 1, error: { code: 'XFR_LISTEN', hint } });
  expect(foreign).toMatchObject({ status: 2, error: { code: 'XFR_LISTEN' } });
  expect(rate).toMatchObject({ status: 2, error: { hint } });
  expect(noHost).toMatchObject({ status: 4, error: { code: 'XEN_SIM_ABSENT', hint } });
});

testOnHost('a signal ends it, with nothing left', async (host) => {
  const startAndEnd = async (): Promise<void> => {
    const xfrd = await startXfrd(host);
    await xfrd[Symbol.asyncDispose]();
    expect(await xfrd.exited).toBe(0);
    expect(xfrd.log()).toContain('{"state":"ended"}');
  };
  await startAndEnd(); // the first one gives this host a word of its own, which stays
  await unchanged(host, startAndEnd);
});

testOnTwoHosts('--once ends with the status of its transfer', async (a, b) => {
  await createGuest(a, 'once', 'type=pv');
  const first = await startXfrd(b, '--once');
  const { uuid } = await result(a, `vm-migrate once ${first.endpoint}`);
  expect(await first.exited).toBe(0);
  expect(first.log()).toMatch(/"state":"ended",.*"domid":1\b/);
  expect(await listed(b, 'once')).toMatchObject({ uuid });

  await createGuest(a, 'once', 'type=pv');
  const second = await startXfrd(b, '--once');
  expect(await failure(a, `vm-migrate once ${second.endpoint}`)).toMatchObject({ status: 2 });
  expect(await second.exited).toBe(2);
  expect(second.log()).toContain('DOMAIN_NAME_TAKEN');
});

testOnTwoHosts('several at once, under one limit', async (a, b) => {
  await Promise.all(['one', 'two'].map((name) => createGuest(a, name, 'type=pv')));
  await using xfrd = await startXfrd(b, '--bwlimit 8M');
  const start = performance.now();
  const moved = await Promise.all(
    ['one', 'two'].map((name) => result(a, `vm-migrate ${name} ${xfrd.endpoint}`)),
  );
  const bytes = moved.reduce((sum, { transferred }) => sum + transferred, 0);
  expect(bytes / ((performance.now() - start) / 1000)).toBeLessThan(8 * 2 ** 20 * 1.1);
  await Promise.all(['one', 'two'].map((name) => waitForTicks(b, name)));
});

testOnTwoHosts('SIGTERM lets a transfer under way come to its end', async (a, b) => {
  await createGuest(a, 'last', LONG);
  const xfrd = await startXfrd(b);
  const moving = result(a, `vm-migrate last ${xfrd.endpoint} --bwlimit 8M`);
  await xfrd.says('"receiving"');
  await xfrd[Symbol.asyncDispose]();
  await moving;
  expect(await xfrd.exited).toBe(0);
  await waitForTicks(b, 'last');
});

testOnTwoHosts('who speaks something else is shown out, and others are served', async (a, b) => {
  await createGuest(a, 'served', 'type=pv');
  await using xfrd = await startXfrd(b, '', 'tcp');
  const stranger = createConnection({ host: '127.0.0.1', port: Number(new URL(xfrd.endpoint).port) });
  stranger.on('error', () => undefined);
  stranger.write('GET / HTTP/1.1\r\n\r\n'.repeat(100));
  stranger.resume();
  await once(stranger, 'close');
  await xfrd.says('"code":"XFR_PROTOCOL');
  await result(a, `vm-migrate served ${xfrd.endpoint} --insecure`);
  await waitForTicks(b, 'served');
});

testOnTwoHosts('a source that is killed leaves its guest running, and nothing here', async (a, b) => {
  await createGuest(a, 'orphan', LONG);
  await using xfrd = await startXfrd(b);
  await unchangedInTheEnd(b, async () => {
    const moving = a.spawn(`exec vm-migrate orphan ${xfrd.endpoint} --bwlimit 8M`);
    await xfrd.says('"receiving"');
    await moving.kill('SIGKILL');
    await moving.exited;
    await xfrd.says('"code":"XFR_');
  });
  await waitForTicks(a, 'orphan');
});

testOnTwoHosts('a target that is killed: the guest runs on where it is', async (a, b) => {
  await createGuest(a, 'kept', LONG);
  const xfrd = await startXfrd(b);
  const moving = unchanged(a, () => failure(a, `vm-migrate kept ${xfrd.endpoint} --bwlimit 8M`));
  await xfrd.says('"receiving"');
  await xfrd.kill();
  expect(await moving).toMatchObject({
    status: 6,
    error: { code: 'XFR_CONNECTION_LOST', guest: { state: expect.stringContaining('running') } },
  });
  await waitForTicks(a, 'kept');
});
