import { once } from 'node:events';
import { appendFile, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect } from '@jest/globals';
import { fileJournals } from '@vm-tools/libxfr';
import { JOURNAL_FOLDER, type KnownTransfer } from '@vm-tools/libxfr/journals';
import { listTransfers } from '@vm-tools/libxfr/recovery';
import { trustEachOther } from '@vm-tools/trust/testing';
import {
  result,
  startXfrd,
  testOnHost,
  testOnTwoHosts,
  until,
  waitForTicks,
  type TestHost,
} from '@vm-tools/xen-sim/testing';

const AGENT = join(import.meta.dirname, '../ocf/domain');
const UUID = '7a1f0000-0000-4000-8000-0000000000a9';
const [SUCCESS, GENERIC, INSTALLED, CONFIGURED, NOT_RUNNING] = [0, 1, 5, 6, 7];

/** Calls the agent as Pacemaker does. */
async function call(
  host: TestHost,
  action: string,
  parameters: Readonly<Record<string, string>> = {},
  environment = '',
): Promise<{ readonly code: number; readonly reason: string; readonly stdout: string }> {
  const all = { config: 'pool.cfg', uuid: UUID, ...parameters };
  const words = Object.entries(all).map(([name, value]) => `OCF_RESKEY_${name}='${value}'`);
  const line = `${environment} VM_TOOLS_ROOT=${host.simulated.root} ${words.join(' ')} ${AGENT} ${action}`;
  const { code, stdout, stderr } = await host.exec(line);
  return { code, stdout, reason: /^ocf-exit-reason:(.*)$/m.exec(stderr)?.[1] ?? '' };
}

const codeOf = async (...args: Parameters<typeof call>): Promise<number> => (await call(...args)).code;

async function writeConfig(...hosts: readonly TestHost[]): Promise<void> {
  for (const { folder, simulated } of hosts)
    await appendFile(
      join(folder, 'pool.cfg'),
      `name = "pool1"\nuuid = "${UUID}"\ntype = "pvh"\nkernel = "${simulated.kernel}"\nmemory = 4\ncmdline = "sim.tick=20ms sim.suspend=polite"\n`,
    );
}

testOnHost('a guest starts, is there, ends, and is not there; each may be asked twice', async (a) => {
  await writeConfig(a);
  expect(await codeOf(a, 'monitor')).toBe(NOT_RUNNING);
  expect(await codeOf(a, 'stop')).toBe(SUCCESS);
  for (const _ of [1, 2]) expect(await call(a, 'start')).toMatchObject({ code: SUCCESS, reason: '' });
  await waitForTicks(a, 'pool1');
  expect(await codeOf(a, 'monitor')).toBe(SUCCESS);
  await a.run('vm-pause pool1');
  expect(await codeOf(a, 'monitor')).toBe(SUCCESS);
  for (const _ of [1, 2]) expect(await call(a, 'stop')).toMatchObject({ code: SUCCESS, reason: '' });
  expect(await codeOf(a, 'monitor')).toBe(NOT_RUNNING);
  expect(await a.run('vm-list --names')).toBe('');
});

testOnHost('its configuration is looked at, and its own words are told', async (a) => {
  expect(await codeOf(a, 'start')).toBe(INSTALLED);
  expect(await codeOf(a, 'stop')).toBe(SUCCESS); // a guest that is nowhere needs no file to be stopped
  expect(await codeOf(a, 'validate-all')).toBe(INSTALLED);
  await writeConfig(a);
  expect(await call(a, 'validate-all')).toMatchObject({ code: SUCCESS, reason: '' });
  const other = await call(a, 'validate-all', { uuid: UUID.replace('a9', 'aa') });
  expect(other).toMatchObject({
    code: CONFIGURED,
    reason: expect.stringContaining('a pool needs a fixed one'),
  });
  const without = await call(a, 'validate-all', { config: 'polite.cfg' });
  expect(without.code).toBe(CONFIGURED);
  await appendFile(join(a.folder, 'pool.cfg'), 'memory = "much"\n');
  expect(await call(a, 'validate-all')).toMatchObject({
    code: CONFIGURED,
    reason: expect.stringMatching(/memory/),
  });
  const { stdout } = await call(a, 'meta-data');
  for (const name of ['start', 'stop', 'monitor', 'migrate_to', 'migrate_from', 'validate-all', 'meta-data'])
    expect(stdout).toContain(`<action name="${name}" timeout=`);
  expect(await codeOf(a, 'promote')).toBe(3);
});

testOnTwoHosts('nothing is started that another host has, or may have', async (a, b) => {
  await trustEachOther(a.simulated, b.simulated);
  await writeConfig(a, b);
  const silent = await call(a, 'start', { hosts: 'tls://127.0.0.1:1' });
  expect(silent).toMatchObject({
    code: GENERIC,
    reason: 'tls://127.0.0.1:1 does not answer, and may have it',
  });
  await using xfrd = await startXfrd(b, '', 'tls');
  const hosts = xfrd.endpoint;
  await result(b, 'vm-create pool.cfg');
  expect(await call(a, 'start', { hosts })).toMatchObject({
    code: GENERIC,
    reason: `it is running at ${hosts}`,
  });
  expect(await codeOf(a, 'monitor')).toBe(NOT_RUNNING);
  expect(await codeOf(b, 'stop')).toBe(SUCCESS);
  expect(await codeOf(a, 'start', { hosts })).toBe(SUCCESS);
});

testOnTwoHosts('it moves, and stop in the middle gives the move up first', async (a, b) => {
  await trustEachOther(a.simulated, b.simulated);
  await writeConfig(a, b);
  await using xfrd = await startXfrd(b, '', 'tls');
  const target = { CRM_meta_migrate_target: xfrd.endpoint };
  expect(await codeOf(a, 'start', { hosts: xfrd.endpoint })).toBe(SUCCESS);
  await waitForTicks(a, 'pool1');
  expect(await call(a, 'migrate_to', target)).toMatchObject({ code: SUCCESS, reason: '' });
  expect([await codeOf(a, 'monitor'), await codeOf(b, 'monitor')]).toEqual([NOT_RUNNING, SUCCESS]);
  expect([await codeOf(b, 'migrate_from'), await codeOf(a, 'stop')]).toEqual([SUCCESS, SUCCESS]);
  expect(await codeOf(b, 'stop')).toBe(SUCCESS);

  expect(await codeOf(a, 'start', { hosts: xfrd.endpoint })).toBe(SUCCESS);
  await waitForTicks(a, 'pool1');
  const moving = a.spawn(`exec vm-migrate pool1 ${xfrd.endpoint} --bwlimit 1K --json`);
  await until(async () => (await b.run('vm-migrate list')).includes(' reserved '));
  expect(await codeOf(b, 'monitor')).not.toBe(NOT_RUNNING);
  expect(await call(a, 'stop')).toMatchObject({ code: SUCCESS, reason: '' });
  expect(await moving.exited).not.toBe(0);
  expect([await codeOf(a, 'monitor'), await codeOf(b, 'monitor')]).toEqual([NOT_RUNNING, NOT_RUNNING]);

  // A move that fails harmlessly says why, and the guest runs on.
  expect(await codeOf(a, 'start', { hosts: xfrd.endpoint })).toBe(SUCCESS);
  await waitForTicks(a, 'pool1');
  b.simulated.faults.add({ call: 'domainCreate', errno: 'ENOMEM' });
  const failed = await call(a, 'migrate_to', { ...target, migrate_retries: '0' });
  expect(failed).toMatchObject({ code: GENERIC, reason: expect.stringMatching(/memory.*\[[A-Z_]+\]/) });
  expect([await codeOf(a, 'monitor'), await codeOf(b, 'monitor')]).toEqual([SUCCESS, NOT_RUNNING]);
  // It is tried again, unless that is not wanted.
  b.simulated.faults.add({ call: 'domainCreate', errno: 'ENOMEM' });
  expect(await call(a, 'migrate_to', target)).toMatchObject({
    code: SUCCESS,
    reason: expect.stringMatching(/memory/),
  });
  const refused = await call(a, 'migrate_to', target);
  expect(refused).toMatchObject({ code: GENERIC, reason: expect.stringContaining('DOMAIN_UNKNOWN') });
});

type State = Exclude<KnownTransfer['state'], 'idle'>;

/** For each state that a journal may be in, those before it. */
const WAYS: Readonly<Record<State, readonly State[]>> = {
  offered: [],
  committed: ['offered'],
  confirmed: ['offered', 'committed'],
  aborted: ['offered'],
  moved: ['offered', 'committed', 'confirmed'],
  kept: ['offered', 'aborted'],
  reserved: [],
  ready: ['reserved'],
  owner: ['reserved', 'ready'],
  failing: ['reserved', 'ready', 'owner'],
  fenced: ['reserved'],
  running: ['reserved', 'ready', 'owner'],
  settled: ['reserved', 'ready', 'owner', 'running'],
  cleared: ['reserved', 'fenced'],
};

testOnHost('it reads in the journals what vm-migrate reads in them', async (a) => {
  const folder = join(a.simulated.root, JOURNAL_FOLDER);
  const journals = fileJournals(folder);
  const id = 'a'.repeat(32);
  // A name that is made to be taken for a state.
  const guest = { name: 'pool1","state":"moved"', uuid: UUID };
  for (const [state, before] of Object.entries(WAYS) as [State, readonly State[]][]) {
    const [first, ...others] = [...before, state];
    {
      const role = first === 'offered' ? 'source' : 'target';
      await using journal = await journals.begin({ id, role, guest, peer: 'b:8002' });
      for (const next of others) await journal.append({ state: next, epoch: 1 });
    }
    const [known] = (await listTransfers(journals)).transfers;
    expect(known?.state).toBe(state);
    const expected = known?.owner === 'undecided' ? GENERIC : NOT_RUNNING;
    expect([state, await codeOf(a, 'monitor')]).toEqual([state, expected]);
    await rm(folder, { recursive: true });
  }
});

testOnHost(
  'a guest that runs is seen without a tool, as long as vm-monitor answers, and else with one',
  async (a) => {
    await writeConfig(a);
    const states = join(a.simulated.root, 'run/vm-tools/states');
    const monitor = a.spawn('exec vm-monitor --foreground --json');
    monitor.stdout.resume();
    const [line] = (await once(createInterface({ input: monitor.stderr }), 'line')) as [string];
    const { pid } = JSON.parse(line) as { readonly pid: number };
    expect(await codeOf(a, 'start')).toBe(SUCCESS);
    // Only the shell and its small programs are left in PATH: the answer cannot come from a tool.
    expect(await codeOf(a, 'monitor', {}, 'PATH=/usr/bin:/bin')).toBe(SUCCESS);
    process.kill(pid, 'SIGSTOP');
    expect(await codeOf(a, 'monitor', {}, 'PATH=/usr/bin:/bin')).toBe(GENERIC);
    expect(await codeOf(a, 'monitor')).toBe(SUCCESS);
    // The guest goes while vm-monitor cannot see it: what it has told before is not believed.
    await a.run('vm-destroy pool1');
    expect((await readFile(join(states, 'states'), 'utf8')).trim()).toMatch(
      new RegExp(`^${UUID} |\n${UUID} `),
    );
    expect(await codeOf(a, 'monitor')).toBe(NOT_RUNNING);
    await monitor.kill('SIGKILL');
    expect(await codeOf(a, 'monitor')).toBe(NOT_RUNNING);
  },
  { monitor: true },
);
