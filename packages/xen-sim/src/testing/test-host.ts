import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { checkPrinted } from '@vm-tools/cli/testing';
import { simPaths } from '@vm-tools/xen-wire';
import { createSimulatedHost, type SimulatedHost, type SimulatedHostOptions } from '../host/index.ts';
import { serveHost } from '../host/serve-host.ts';
import { runLine, spawnLine, toolEnvironment } from './run-line.ts';
import { spawnOnTerminal } from './terminal.ts';
import { until } from './until.ts';
import type { ExecOptions, ExecResult, LineProcess } from './run-line.ts';

export interface TestHostOptions extends Pick<
  SimulatedHostOptions,
  'memory' | 'cpus' | 'scenario' | 'capabilities' | 'withoutCpuFeatures' | 'xenVersion'
> {
  /** @default "a" */
  readonly name?: string;
  /**
   * Whether the tools start vm-monitor as they do elsewhere. If not they are told that one runs, which saves each
   * test a process.
   * @default false
   */
  readonly monitor?: boolean;
}

/** A simulated host in this process, and the tools as processes that act on it: what the lab calls a host, too. */
export interface TestHost extends AsyncDisposable {
  readonly name: string;
  readonly simulated: SimulatedHost;
  /** The working directory of lines, with the configurations of `writeGuests`. `state` sees what is left there. */
  readonly folder: string;
  /** Runs a line of shell; any exit status is a result. */
  exec(line: string, options?: ExecOptions): Promise<ExecResult>;
  /** The same where any exit status but zero is a failure; gives what it wrote to stdout. */
  run(line: string, options?: ExecOptions): Promise<string>;
  /** Starts a line that is talked to, or signalled, while it runs; `fds` of this process are its 3, 4, … */
  spawn(line: string, fds?: readonly number[]): LineProcess;
  /** The same with a terminal of its own: what it writes to stderr arrives on stdout. */
  spawnOnTerminal(line: string): Promise<LineProcess>;
  /** All that guests of this name have said on this host. */
  readConsole(guest: string): Promise<string>;
  /** Waits for something on the guest's console; `from` counts characters of `readConsole`. */
  waitForConsole(
    guest: string,
    pattern: RegExp,
    options?: { readonly from?: number },
  ): Promise<RegExpMatchArray>;
}

/** Starts one. What still runs on it when it is disposed of, ends with it. */
export async function startTestHost(options: TestHostOptions = {}): Promise<TestHost> {
  const { name = 'a', monitor = false, ...rest } = options;
  const base = await mkdtemp(join(tmpdir(), 'sim-'));
  const { folder: simFolder, root, kernel } = simPaths(join(base, name));
  const folder = dirname(kernel);
  await mkdir(folder, { recursive: true });
  const simulated = await createSimulatedHost({ memory: '8G', ...rest, name, root, ptys: true });
  const served = await serveHost(simulated, simFolder);
  const monitorStandIn = monitor ? undefined : await answerAsMonitor(root);
  await writeGuests(folder, simulated.kernel);

  const env = { ...toolEnvironment(), VM_TOOLS_SIM: base, VM_TOOLS_HOST: `sim:${name}` };
  const running = new Set<LineProcess>();
  const keep = (process: LineProcess): LineProcess => {
    running.add(process);
    const forget = (): void => void running.delete(process);
    process.exited.then(forget, forget);
    return process;
  };
  const context = { cwd: folder, env };
  const spawn: TestHost['spawn'] = (line, fds) => keep(spawnLine(line, context, fds));
  const exec: TestHost['exec'] = async (line, execOptions) => {
    const ended = await runLine(spawn(line), line, execOptions);
    await checkPrinted(line, ended);
    return ended;
  };
  const logPath = (guest: string): string => join(root, `var/log/xen/console/guest-${guest}.log`);
  const readConsole = (guest: string): Promise<string> => readFile(logPath(guest), 'utf8').catch(() => '');

  return {
    name,
    simulated,
    folder,
    exec,
    spawn,
    spawnOnTerminal: async (line) => keep(await spawnOnTerminal(line, context)),
    async run(line, execOptions) {
      const { code, stdout, stderr } = await exec(line, execOptions);
      if (code !== 0) throw new Error(`${line}: status ${code}: ${stdout}${stderr}`);
      return stdout;
    },
    readConsole,
    async waitForConsole(guest, pattern, { from = 0 } = {}) {
      return until(
        async () => pattern.exec((await readConsole(guest)).slice(from)),
        `${pattern} on the console of ${guest}`,
      );
    },
    async [Symbol.asyncDispose]() {
      const left = [...running];
      await Promise.all(left.map((process) => process.kill('SIGKILL')));
      await Promise.all(left.map((process) => process.exited));
      monitorStandIn?.close();
      await served.close();
      await simulated[Symbol.asyncDispose]();
      await rm(base, { recursive: true, force: true });
    },
  };
}

/** To be answered is all that tools want of vm-monitor. */
async function answerAsMonitor(root: string): Promise<{ close(): void }> {
  const path = join(root, 'run/vm-tools/monitor.sock');
  await mkdir(dirname(path), { recursive: true });
  const server = createServer((socket) => socket.destroy());
  await once(server.listen(path), 'listening');
  return server;
}

const MANNERS = { polite: 'polite', rude: 'rude', slow: 'slow:200ms', late: 'late:100ms' };

/** The guests of the lab by the same names, and those that only a simulated host has. They tick 50 times a second. */
async function writeGuests(folder: string, kernel: string): Promise<void> {
  for (const [name, manner] of Object.entries(MANNERS)) {
    await writeFile(
      join(folder, `${name}.cfg`),
      `name = "${name}"\ntype = "pvh"\nkernel = "${kernel}"\nmemory = 4\ncmdline = "sim.tick=20ms sim.suspend=${manner}"\n`,
    );
  }
}
