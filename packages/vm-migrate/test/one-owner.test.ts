import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect } from '@jest/globals';
import { freePort } from '@vm-tools/lab';
import type { KnownTransfer } from '@vm-tools/libxfr/journals';
import {
  failure,
  listed,
  result,
  startXfrd as startAnyXfrd,
  testOnHost,
  testOnTwoHosts,
  until,
  waitForTicks,
  type TestHost,
} from '@vm-tools/xen-sim/testing';
import { DYING } from './kill/dying.ts';
import { startXfrd } from './kill/xfrd.ts';

/** A tool at work, killed by kill -9 when it is disposed of. */
async function atWork(
  host: TestHost,
  line: string,
  begun: string,
): Promise<AsyncDisposable & { kill(): Promise<void> }> {
  const child = host.spawn(`exec ${line} --json`);
  const lines: string[] = [];
  createInterface({ input: child.stderr }).on('line', (each) => lines.push(each));
  await until(() => lines.some((each) => each.includes(begun)), begun);
  const kill = async (): Promise<void> => {
    await child.kill('SIGKILL').catch(() => undefined);
    await child.exited;
  };
  return { kill, [Symbol.asyncDispose]: kill };
}

const held = (command: string): object => ({
  code: 'XFR_GUEST_BUSY',
  message: expect.stringMatching(new RegExp(`^race is busy: ${command} \\(pid \\d+\\) has held it since`)),
});

testOnTwoHosts('a guest on its way cannot be saved, paused or ended by another tool', async (a, b) => {
  await result(a, 'vm-create polite.cfg name=race');
  await waitForTicks(a, 'race');
  await using xfrd = await startAnyXfrd(b);
  await using moving = await atWork(
    a,
    `vm-migrate race ${xfrd.endpoint} --live never --bwlimit 1K`,
    '"suspending"',
  );
  for (const line of ['vm-save -c race -o y', 'vm-pause race', 'vm-unpause race', 'vm-destroy race']) {
    expect(await failure(a, line)).toMatchObject({ status: 2, error: held('vm-migrate') });
  }
  expect(existsSync(join(a.folder, 'y'))).toBe(false);
  // At the other end it is shown as what it is.
  await until(async () => (await b.run('vm-list')).includes('incoming'));
  for (const line of ['vm-unpause race', 'vm-reboot race'])
    expect(await failure(b, line)).toMatchObject({ error: held('xfrd') });

  // Only its resolution may touch the rest.
  await moving.kill();
  const left = await failure(a, 'vm-unpause race');
  expect(left).toMatchObject({ status: 9, error: { code: 'XFR_UNRESOLVED' } });
  await a.run(left.error.hint!);
  await waitForTicks(a, 'race');
  await result(a, 'vm-pause race');
});

testOnTwoHosts(
  'a guest that is being saved is not moved; what kill -9 leaves of it is resumed',
  async (a, b) => {
    await result(a, 'vm-create polite.cfg name=race');
    await waitForTicks(a, 'race');
    await using xfrd = await startAnyXfrd(b);
    await using saving = await atWork(a, 'vm-save -c race -o y --bwlimit 1K', '"stop-and-copy"');
    const moved = await failure(a, `vm-migrate race ${xfrd.endpoint}`);
    expect(moved).toMatchObject({ status: 2, error: held('vm-save') });
    await saving.kill();
    expect(await listed(a, 'race')).toMatchObject({ state: 'suspended' });
    expect(await failure(a, 'vm-pause race')).toMatchObject({
      status: 2,
      error: { code: 'DOMAIN_SUSPENDED' },
    });
    await result(a, 'vm-unpause race');
    await waitForTicks(a, 'race');
  },
);

testOnHost('a guest whose live save was killed runs on as before after vm-unpause', async (host) => {
  await result(host, 'vm-create polite.cfg name=race "cmdline=sim.dirty=2M/s sim.set=1M"');
  await waitForTicks(host, 'race');
  const { memory } = host.simulated.machine.domains.get(1)!;
  await using saving = await atWork(host, 'vm-save -c race -o y --live require --bwlimit 1K', '"precopy"');
  await until(() => memory.isLogDirty);
  await saving.kill();
  // libxc itself may be killed with it, and has then left the log as it was.
  if (!memory.isLogDirty) host.simulated.machine.startLogDirty(1);
  const { stdout } = await host.exec('vm-doctor .');
  expect(stdout).toContain('what it writes is logged');
  await result(host, 'vm-unpause race');
  expect(memory.isLogDirty).toBe(false);
  expect((await host.exec('vm-doctor . --fix')).stdout).not.toContain('race');
  await waitForTicks(host, 'race');
});

testOnHost('--wait waits until the other is through', async (host) => {
  await result(host, 'vm-create polite.cfg name=race');
  await waitForTicks(host, 'race');
  const saving = result(host, 'vm-save --wait -c race -o one.img');
  await result(host, 'vm-save --wait -c race -o other.img');
  await saving;
  for (const file of ['one.img', 'other.img']) expect(existsSync(join(host.folder, file))).toBe(true);
  await waitForTicks(host, 'race');
});

testOnTwoHosts(
  'what is committed is touched by no other tool while vm-migrate waits for an answer',
  async (a, b) => {
    await result(a, 'vm-create polite.cfg name=unc');
    await waitForTicks(a, 'unc');
    const port = await freePort();
    const before = await startXfrd(b, port, DYING('before owner'));
    const moving = result<{ summary?: object }>(a, `vm-migrate unc tcp://127.0.0.1:${port} --insecure`).catch(
      () => undefined,
    );
    expect(await before.exited).toBe(128 + 9);
    const image = join(a.folder, 'y');
    for (const line of ['vm-save -c unc -o y', 'vm-unpause unc', 'vm-unpause --force unc', 'vm-destroy unc'])
      expect(await failure(a, line)).toMatchObject({ status: 9, error: { code: 'XFR_UNRESOLVED' } });
    expect(existsSync(image)).toBe(false);
    expect(await listed(a, 'unc')).toMatchObject({ state: 'suspended' });

    await startXfrd(b, port);
    await moving;
    const homes = [a, b].filter((host) =>
      [...host.simulated.machine.domains.values()].some(({ isRunning, domid }) => isRunning && domid !== 0),
    );
    expect(homes).toHaveLength(1);
    await waitForTicks(homes[0]!, 'unc');
  },
);

testOnTwoHosts(
  'what is committed is touched by its resolution alone, and one copy runs in the end',
  async (a, b) => {
    await result(a, 'vm-create polite.cfg name=unc');
    await waitForTicks(a, 'unc');
    const port = await freePort();
    const before = await startXfrd(b, port);
    await a.exec(`${DYING('after committed')} exec vm-migrate unc tcp://127.0.0.1:${port} --insecure`);
    await before.kill('SIGKILL');

    for (const line of ['vm-save -c unc -o y', 'vm-unpause unc', 'vm-unpause --force unc', 'vm-destroy unc'])
      expect(await failure(a, line)).toMatchObject({ status: 9, error: { code: 'XFR_UNRESOLVED' } });
    expect(await listed(a, 'unc')).toMatchObject({ state: 'suspended' });
    const [incoming] = await result<object[]>(b, 'vm-list unc');
    expect(incoming).toMatchObject({ state: 'incoming', from: expect.stringContaining('127.0.0.1') });
    expect(await failure(b, 'vm-unpause unc')).toMatchObject({
      status: 9,
      error: { code: 'XFR_UNRESOLVED' },
    });

    await startXfrd(b, port);
    const [open] = await result<KnownTransfer[]>(a, 'vm-migrate list');
    await a.run(`vm-migrate resolve ${open!.id}`);
    await waitForTicks(a, 'unc');
    await until(async () => !(await b.run('vm-list')).includes('unc'));
  },
);
