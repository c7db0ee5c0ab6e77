import { expect } from '@jest/globals';
import { VmToolsError, within } from '@vm-tools/errors';
import { patient } from '@vm-tools/ratelimit/testing';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import {
  failure,
  listed,
  result,
  state,
  testOnHost,
  until,
  waitForTicks,
  type Result,
  type TestHost,
} from '@vm-tools/xen-sim/testing';

interface LogLine {
  readonly level: string;
  readonly message: string;
  readonly name?: string;
  readonly domid?: number;
  readonly [fact: string]: unknown;
}

interface RunningMonitor extends AsyncDisposable {
  /** The next line of its log whose message is this. */
  says(message: string): Promise<LogLine>;
  kill(): Promise<void>;
}

/** Runs vm-monitor as a service, and listens to its log. */
async function startMonitor(host: TestHost): Promise<RunningMonitor> {
  const monitor = host.spawn('exec vm-monitor --foreground --json');
  const lines = createInterface({ input: monitor.stderr })[Symbol.asyncIterator]();
  const says = async (message: string): Promise<LogLine> => {
    const silent = { code: 'TEST_SILENT', message: `vm-monitor does not say "${message}"` };
    for (;;) {
      const { value, done } = await within(lines.next(), patient(60_000), silent);
      if (done === true) throw new VmToolsError(silent);
      const line = JSON.parse(value) as LogLine;
      if (line.message === message) return line;
    }
  };
  await says('watching the domains of this host');
  return {
    says,
    kill: async () => {
      await monitor.kill('SIGKILL');
      await monitor.exited;
    },
    [Symbol.asyncDispose]: async () => {
      await monitor.kill('SIGTERM');
      await monitor.exited;
    },
  };
}

const own = { monitor: true };

const crash = ({ simulated }: TestHost, domid: number): void =>
  simulated.machine.guestShutdown(domid, 'crash');

testOnHost(
  'reboot: a domain starts anew, under another domid and the same UUID',
  async (host) => {
    await using monitor = await startMonitor(host);
    const first = await result(host, 'vm-create polite.cfg name=again');
    await waitForTicks(host, 'again');
    const from = (await host.readConsole('again')).length;
    await result(host, 'vm-reboot again');
    const { domid } = await monitor.says('restarted');
    expect(domid).not.toBe(first.domid);
    await host.waitForConsole('again', /^tick 1 /m, { from });
    expect(await listed(host, 'again')).toMatchObject({ domid, uuid: first.uuid });
  },
  own,
);

testOnHost(
  'poweroff: it is destroyed, and nothing of it is left; other policies hold as well',
  async (host) => {
    await using monitor = await startMonitor(host);
    const before = await state(host);
    await result(host, 'vm-create polite.cfg name=off');
    await waitForTicks(host, 'off');
    await result(host, 'vm-shutdown off');
    expect(await monitor.says('destroyed')).toMatchObject({ name: 'off', reason: 'poweroff' });
    expect(await state(host)).toEqual(before);

    await result(host, 'vm-create polite.cfg name=on on_poweroff=restart on_reboot=destroy');
    await waitForTicks(host, 'on');
    await result(host, 'vm-shutdown on');
    expect(await monitor.says('restarted')).toMatchObject({ name: 'on', reason: 'poweroff' });
    await waitForTicks(host, 'on');
    await result(host, 'vm-reboot on');
    expect(await monitor.says('destroyed')).toMatchObject({ name: 'on', reason: 'reboot' });
    expect(await state(host)).toEqual(before);
  },
  own,
);

testOnHost(
  'crash: kept, destroyed, or not started again when it has not lived long enough for that',
  async (host) => {
    await using monitor = await startMonitor(host);
    const create = (name: string, policy: string): Promise<Result> =>
      result(host, `vm-create polite.cfg name=${name} on_crash=${policy}`);
    const kept = await create('kept', 'preserve');
    const gone = await create('gone', 'destroy');
    const young = await create('young', 'restart');
    crash(host, kept.domid);
    expect(await monitor.says('kept')).toMatchObject({ name: 'kept', why: 'its configuration says so' });
    crash(host, gone.domid);
    expect(await monitor.says('destroyed')).toMatchObject({ name: 'gone', reason: 'crash' });
    crash(host, young.domid);
    expect(await monitor.says('kept')).toMatchObject({ name: 'young', why: expect.stringContaining('10 s') });
    expect((await listed(host, 'kept')).state).toBe('crashed');
    expect(await host.run('vm-list --names')).toBe('kept\nyoung\n');
  },
  own,
);

testOnHost(
  'a restart that fails is told of, leaves its configuration and nothing else, and is done when it is asked for',
  async (host) => {
    await using monitor = await startMonitor(host);
    const before = await state(host);
    const { domid, uuid } = await result(host, 'vm-create polite.cfg name=unlucky');
    await waitForTicks(host, 'unlucky');
    const noMemory = host.simulated.faults.add({ call: 'domainBuild', errno: 'ENOMEM' });
    await result(host, 'vm-reboot unlucky');
    const failed = await monitor.says('xc_dom_boot_mem_init: Cannot allocate memory (ENOMEM)');
    const command = 'vm-create --from-pending unlucky';
    expect(failed).toMatchObject({ level: 'error', domid, hint: expect.stringContaining(command) });
    const kept = `var/lib/vm-tools/restart/${domid}.${uuid}.json`;
    expect(await state(host)).toEqual({ ...before, files: [...before.files, kept].sort() });
    expect((await host.exec('vm-list')).stderr).toContain(command);
    expect((await failure(host, 'vm-pause unlucky')).error.hint).toContain(command);

    host.simulated.faults.remove(noMemory);
    expect(await result(host, command)).toMatchObject({ name: 'unlucky', uuid });
    await waitForTicks(host, 'unlucky');
    await result(host, 'vm-destroy unlucky');
    expect(await state(host)).toEqual(before);
  },
  own,
);

testOnHost(
  'a restart in which the monitor was killed is finished by the next one',
  async (host) => {
    const first = await startMonitor(host);
    const { uuid } = await result(host, 'vm-create polite.cfg name=orphan');
    await waitForTicks(host, 'orphan');
    const building = host.simulated.faults.add({ call: 'domainBuild', hang: true });
    await result(host, 'vm-reboot orphan');
    await until(() => (host.simulated.faults.calls.get('domainBuild') ?? 0) === 2);
    await first.kill();
    host.simulated.faults.remove(building);
    await using monitor = await startMonitor(host);
    expect(await monitor.says('restarted')).toMatchObject({ name: 'orphan', uuid });
    const from = (await host.readConsole('orphan')).length;
    await host.waitForConsole('orphan', /^tick /m, { from });
    expect(await host.run('vm-list --names')).toBe('orphan\n');
  },
  own,
);

testOnHost(
  'there is one at a time',
  async (host) => {
    const first = await startMonitor(host);
    const [second, background] = await Promise.all([
      failure(host, 'vm-monitor --foreground'),
      result(host, 'vm-monitor --linger 0.1'),
    ]);
    expect(second).toMatchObject({
      status: 1,
      error: { code: 'MONITOR_RUNS', hint: expect.stringContaining('SIGTERM') },
    });
    expect(background).toEqual({ state: 'another-runs' });
    const both = await failure(host, 'vm-monitor --foreground --linger 1');
    expect(both).toMatchObject({ status: 2, error: { code: 'USAGE' } });
    await first.kill();
  },
  own,
);

testOnHost(
  'without a domain it ends by itself, and without a host it does not begin',
  async (host) => {
    const before = await state(host);
    const [ended, absent] = await Promise.all([
      result(host, 'vm-monitor --linger 0.1'),
      failure(host, 'vm-monitor --linger 0.1 --host sim:nobody'),
    ]);
    expect(ended).toEqual({ state: 'ended' });
    expect(absent).toMatchObject({ status: 4, error: { code: 'XEN_SIM_ABSENT', hint: expect.any(String) } });
    expect(await state(host)).toEqual(before);
  },
  own,
);

testOnHost(
  'vm-create starts it, vm-shutdown starts another when that was killed, and it ends with the host',
  async (host) => {
    await result(host, 'vm-create polite.cfg name=watched');
    process.kill(await pidOfMonitor(host, 1), 'SIGKILL');
    await waitForTicks(host, 'watched');
    await result(host, 'vm-shutdown watched --wait');
    await pidOfMonitor(host, 2);
    await until(async () => (await host.simulated.store.read('/libxl/1')) === undefined);
  },
  own,
);

/** Of the n-th that was started in the background, as soon as it watches. */
async function pidOfMonitor({ simulated: { root } }: TestHost, nth: number): Promise<number> {
  const path = join(root, 'var/log/vm-tools/monitor.log');
  return until(async () => {
    const log = await readFile(path, 'utf8').catch(() => '');
    const pids = [...log.matchAll(/watching the domains of this host pid=(\d+)/g)].map(([, pid]) =>
      Number(pid),
    );
    return pids[nth - 1];
  });
}
