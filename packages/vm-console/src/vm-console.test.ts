import { expect } from '@jest/globals';
import {
  addForeignDomain,
  failure,
  listed,
  listenTo,
  result,
  testOnHost,
  testRefusals,
  waitForTicks,
} from '@vm-tools/xen-sim/testing';

testRefusals((domain) => `vm-console ${domain}`);

testOnHost('shows what the guest says and takes what is typed, until the domain ends', async (host) => {
  await result(host, 'vm-create polite.cfg name=heard');
  const console = host.spawn('vm-console heard');
  const { said, hears } = listenTo(console);
  await hears(/^sim: boot\r\ntick 1 [^]*^tick 3 /m); // what it had said before is there
  console.stdin.write('hello');
  await hears(/hello/);
  await result(host, 'vm-destroy heard');
  expect(await console.exited).toBe(0);
  expect(said()).toMatch(/\n$/);
});

testOnHost('on a terminal Ctrl-] leaves it, and the domain goes on', async (host) => {
  await result(host, 'vm-create polite.cfg name=left');
  const console = await host.spawnOnTerminal('vm-console left');
  const { hears } = listenTo(console);
  await hears(/tick 2 /);
  console.stdin.write('first');
  await hears(/first/);
  console.stdin.write('\u001d');
  expect(await console.exited).toBe(0);
  await waitForTicks(host, 'left');
  expect((await listed(host, 'left')).name).toBe('left');
});

testOnHost('a signal ends it, and the domain goes on', async (host) => {
  await result(host, 'vm-create polite.cfg name=kept');
  const console = host.spawn('exec vm-console kept');
  const { hears } = listenTo(console);
  await hears(/tick 2 /);
  await console.kill('SIGTERM');
  expect(await console.exited).toBe(143);
  await waitForTicks(host, 'kept');
});

testOnHost('a domain without a console', async (host) => {
  await addForeignDomain(host, 'mute');
  const { code, stderr } = await host.exec('vm-console mute --timeout 2');
  expect({ code, stderr }).toEqual({
    code: 124,
    stderr: 'vm-console: not done within the 2 s of --timeout [TIME_LIMIT]\nhint: allow it more time\n',
  });
});

testOnHost('--log has what was said from the birth on, also when the domain is gone', async (host) => {
  const { domid } = await result(host, 'vm-create polite.cfg name=kept');
  await waitForTicks(host, 'kept');
  expect(await host.run(`vm-console ${domid} --log`)).toMatch(/^sim: boot\ntick 1 /);
  await result(host, 'vm-destroy kept');
  expect(await host.run('vm-console kept --log')).toMatch(/^sim: boot\ntick 1 [^]*^tick 3 /m);
  expect((await host.run('vm-console kept --log --lines 2')).trimEnd().split('\n')).toHaveLength(2);
  expect(await result<object>(host, 'vm-console kept --log --lines 1')).toEqual({
    name: 'kept',
    file: expect.stringMatching(/\/guest-kept\.log$/),
    lines: [expect.any(String)],
  });
});

testOnHost('--log of a domain that has never been, and of one of which nothing is kept', async (host) => {
  expect(await failure(host, 'vm-console none --log')).toMatchObject({
    status: 1,
    error: { code: 'CONSOLE_LOG_ABSENT' },
  });
  expect(await failure(host, 'vm-console 77 --log')).toMatchObject({ status: 3 });
  expect(await failure(host, 'vm-console ../x --log')).toMatchObject({ status: 3 });
  expect(await failure(host, 'vm-console none --lines 3')).toMatchObject({
    status: 2,
    error: { code: 'USAGE' },
  });
});
