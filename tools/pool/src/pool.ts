import { spawn, type ChildProcess } from 'node:child_process';
import {
  chmod,
  copyFile,
  mkdir,
  readdir,
  readFile,
  readlink,
  rename,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { exists, runChild, runChildStrictly, type ExecResult } from '@vm-tools/lab';
import { cib, CONFIG, GUEST } from './cib.ts';
import { Counts } from './counts.ts';
import { readDeeds, startsOf, type Deed } from './deeds.ts';
import { until } from './until.ts';

const SCRIPTS = join(import.meta.dirname, '../scripts');
const AGENT = join(import.meta.dirname, '../../../packages/pool-agent');
/** Where Pacemaker looks for it. */
export const AGENT_ON_NODE = '/usr/lib/ocf/resource.d/vm-tools/domain';
/** However the driver ends, nothing of a pool outlives it. */
const WITH_THE_DRIVER = ['--pdeathsig', 'KILL'];
const ASIDE = ['unshare', '-n', '-m', '-p', '-u', '-i', '--fork', '--kill-child'];
/** A node has the tools of the bundle, and nothing else of the one who runs the trials. */
const PATH = '/usr/sbin:/usr/bin:/sbin:/bin';
const FENCE_EVERY_MS = 100;

/** The parts of a pool that are the same for all of its nodes. */
export interface PoolInit {
  /** emptied first; all nodes see it */
  readonly folder: string;
  /** the unpacked packages */
  readonly packages: string;
  /** the bundle of our tools */
  readonly bundle: string;
  /** @default 2 */
  readonly nodes?: number | undefined;
}

/** Nodes with real Corosync and Pacemaker, each with a simulated host, on a switch of their own. */
export class Pool implements AsyncDisposable {
  readonly nodes: number;
  /** What was done to nodes by the fence device, "n2 for n1". */
  readonly fenced: string[] = [];
  readonly #fences: Deed[] = [];
  readonly #counts = new Counts();
  readonly #frozen = new Set<number>();
  readonly #init: PoolInit;
  readonly #switch: ChildProcess;
  /** the first process of each node, by its number */
  readonly #pids = new Map<number, number>();
  readonly #over = new AbortController();
  #fencing: Promise<void> = Promise.resolve();

  private constructor(init: PoolInit, network: ChildProcess) {
    this.#init = init;
    this.#switch = network;
    this.nodes = init.nodes ?? 2;
  }

  /** Starts one, and resolves when its guest runs. */
  static async start(init: PoolInit): Promise<Pool> {
    await prepare(init);
    const network = spawn('setpriv', [...WITH_THE_DRIVER, 'unshare', '-n', 'sleep', 'infinity'], {
      stdio: 'ignore',
    });
    const pool = new Pool(init, network);
    try {
      await until(async () => !(await isOfThisNetwork(network.pid)), 'the switch');
      await pool.#onSwitch('ip link add br0 type bridge; ip link set br0 up');
      for (let node = 1; node <= pool.nodes; node += 1) await pool.powerOn(node);
      pool.#fencing = pool.#fence();
      await pool.until(async () => (await pool.where()).length === 1, 'the guest to start');
      return pool;
    } catch (thrown) {
      await pool[Symbol.asyncDispose]();
      throw thrown;
    }
  }

  /** Runs a line of shell on a node, as its operator. */
  on(node: number, line: string): Promise<ExecResult> {
    const pid = this.#pids.get(node);
    if (pid === undefined) return Promise.resolve({ code: 255, stdout: '', stderr: `n${node} is off` });
    const env = [
      `PATH=${PATH}`,
      'VM_TOOLS_SIM=/run/sim',
      `VM_TOOLS_HOST=sim:n${node}`,
      `VM_TOOLS_ROOT=/run/sim/n${node}/root`,
    ];
    return runChild('nsenter', ['-t', String(pid), '-a', '--wd=/', 'env', '-i', ...env, 'bash', '-c', line]);
  }

  /** The nodes that are on; one that is frozen cannot be looked at, and runs nothing. */
  get #awake(): number[] {
    return [...this.#pids.keys()].filter((node) => !this.#frozen.has(node));
  }

  /** The nodes on which the guest has a domain. */
  async where(): Promise<number[]> {
    const found: number[] = [];
    for (const node of this.#awake) {
      const { stdout } = await this.on(node, 'vm-list --names');
      if (stdout.split('\n').includes(GUEST.name)) found.push(node);
    }
    return found;
  }

  /** How far the guest has counted on a node. */
  async ticks(node: number): Promise<number> {
    const { stdout } = await this.on(
      node,
      `cat /run/sim/n${node}/root/var/log/xen/console/guest-${GUEST.name}.log`,
    );
    return Number([...stdout.matchAll(/^tick (\d+) /gm)].at(-1)?.[1] ?? 0);
  }

  /** Where Pacemaker believes the guest to be, in its own words: "Started n1", "FAILED (blocked) [ n1 n2 ]". */
  async believed(node: number): Promise<string> {
    const { stdout } = await this.on(node, 'crm_mon -1');
    return /\(ocf:vm-tools:domain\):\s+(.*)/.exec(stdout)?.[1]?.trim() ?? '';
  }

  /** Those of the guest's resource. */
  get parameters(): Readonly<Record<string, string>> {
    return { config: join(this.#init.folder, 'web1.cfg'), uuid: GUEST.uuid };
  }

  /** Asks the agent of a node for an action, and takes its reason. */
  async agent(node: number, action: string): Promise<{ readonly code: number; readonly reason: string }> {
    const words = Object.entries(this.parameters).map(([name, value]) => `OCF_RESKEY_${name}=${value}`);
    const { code, stderr } = await this.on(node, `${words.join(' ')} ${AGENT_ON_NODE} ${action}`);
    return { code, reason: /^ocf-exit-reason:(.*)$/m.exec(stderr)?.[1] ?? '' };
  }

  /** The state of the newest transfer of the guest in the journals of a node. */
  async transfer(node: number): Promise<string> {
    const { stdout } = await this.on(node, 'vm-migrate list --all --json');
    return (JSON.parse(stdout || '[]') as { readonly state: string }[]).at(-1)?.state ?? '';
  }

  /** xfrd of a node dies, and with "start" it is there again. */
  async xfrd(node: number, what: 'kill' | 'start'): Promise<void> {
    const start = `setsid xfrd --listen 10.77.0.${node} --json >>/run/xfrd.log 2>&1 </dev/null &`;
    await this.on(node, what === 'kill' ? 'pkill -9 -f lib/xfrd' : start);
  }

  /** The lines of the log of Pacemaker on a node. */
  async log(node: number): Promise<string[]> {
    return (await readFile(join(this.#init.folder, `log/n${node}.pacemaker`), 'utf8')).split('\n');
  }

  /** The nodes that have started the guest, in their order, as their agents have told. */
  async starts(): Promise<number[]> {
    return startsOf([...(await readDeeds(join(this.#init.folder, 'log'))), ...this.#fences]);
  }

  /**
   * Waits for something of the pool, and all the time that no second copy of the guest is there: by the domains and the
   * counts of all nodes, and by what the agents have done.
   */
  async until(holds: () => Promise<boolean>, what: string): Promise<void> {
    await until(async () => {
      await this.starts();
      const ticks = await Promise.all(
        this.#awake.map(async (node) => [node, await this.ticks(node)] as const),
      );
      this.#counts.look(new Map(ticks));
      const places = await this.where();
      if (places.length < 2 || (await this.#areOfOneMove(places))) return holds();
      throw new Error(`two copies: the guest is on ${places.map((node) => `n${node}`).join(' and ')}`);
    }, what);
  }

  /** The source of a move still has its domain when the target has made its own, which has yet to be started. */
  async #areOfOneMove(places: readonly number[]): Promise<boolean> {
    const running: number[] = [];
    for (const node of places) {
      const { stdout } = await this.on(node, `vm-list ${GUEST.uuid} --json`);
      if (/"state": ?"(running|blocked)"/.test(stdout)) running.push(node);
    }
    return running.length < 2;
  }

  async powerOn(node: number): Promise<void> {
    const { folder, packages } = this.#init;
    const words = [join(SCRIPTS, 'node.sh'), String(node), String(this.nodes), packages, folder];
    const outer = spawn('setpriv', [...WITH_THE_DRIVER, ...ASIDE, ...words], {
      stdio: 'ignore',
      env: { PATH },
    });
    let pid = 0;
    await until(async () => {
      const children = await readFile(`/proc/${outer.pid}/task/${outer.pid}/children`, 'utf8').catch(
        () => '',
      );
      pid = Number(children.trim());
      return pid > 0;
    }, `n${node} to come up`);
    this.#pids.set(node, pid);
    await this.#onSwitch(
      `ip link del v${node} 2>/dev/null; ip link add v${node} type veth peer name eth0 netns ${pid}; ` +
        `ip link set v${node} master br0 up`,
    );
  }

  /** All of the node goes, its simulated host and its guests, too. */
  async powerOff(node: number): Promise<void> {
    const pid = this.#pids.get(node);
    if (pid === undefined) return;
    process.kill(pid, 'SIGKILL');
    await until(async () => !(await exists(`/proc/${pid}`)), `n${node} to go`);
    this.#pids.delete(node);
    this.#frozen.delete(node);
  }

  /** The cable of a node is out, or in again: the pool and its moves share it. */
  async cable(node: number, state: 'up' | 'down'): Promise<void> {
    await this.#onSwitch(`ip link set v${node} ${state}`);
  }

  /** Nothing of a node goes on, its guests neither, and what others send to it arrives. */
  async freeze(node: number): Promise<void> {
    this.#frozen.add(node);
    const space = (pid: string): Promise<string> => readlink(`/proc/${pid}/ns/pid`).catch(() => '');
    const own = await space(String(this.#pids.get(node)));
    for (const pid of await readdir('/proc'))
      if (/^\d+$/.test(pid) && (await space(pid)) === own) process.kill(Number(pid), 'SIGSTOP');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#over.abort();
    await this.#fencing;
    for (const node of [...this.#pids.keys()]) await this.powerOff(node);
    this.#switch.kill('SIGKILL');
  }

  /** Does what the fence device asks for. */
  async #fence(): Promise<void> {
    const folder = join(this.#init.folder, 'fence');
    const { signal } = this.#over;
    while (!signal.aborted) {
      for (const asked of (await readdir(folder)).filter((file) => file.endsWith('.ask'))) {
        const [node = '', , by = ''] = asked.split('.');
        await this.powerOff(Number(node.slice(1)));
        this.fenced.push(`${node} for ${by}`); // not before: it may be switched on again then
        this.#fences.push({ what: 'fence', node: Number(node.slice(1)), at: Date.now() });
        await rename(join(folder, asked), join(folder, asked.replace(/ask$/, 'done')));
      }
      await delay(FENCE_EVERY_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  async #onSwitch(line: string): Promise<void> {
    await runChildStrictly('nsenter', ['-t', String(this.#switch.pid), '-n', 'sh', '-c', line]);
  }
}

/** The folder that is laid over /usr of the nodes: our tools, the agent, the fence device. */
async function prepare({ folder, bundle, nodes = 2 }: PoolInit): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  const [bin, sbin, agents] = ['bin', 'sbin', 'lib/ocf/resource.d/vm-tools'].map((name) =>
    join(folder, 'usr', name),
  ) as [string, string, string];
  for (const each of [bin, sbin, agents, join(folder, 'log'), join(folder, 'fence')])
    await mkdir(each, { recursive: true });
  await chmod(folder, 0o755);
  for (const tool of await readdir(join(bundle, 'bin')))
    await symlink(join(bundle, 'bin', tool), join(bin, tool));
  await copyFile(process.execPath, join(bin, 'node'));
  await copyFile(join(AGENT, 'ocf/domain'), join(agents, 'domain'));
  await copyFile(join(AGENT, 'bin/vm-pool'), join(bin, 'vm-pool'));
  const device = await readFile(join(SCRIPTS, 'fence_pool'), 'utf8');
  await writeFile(join(sbin, 'fence_pool'), device.replace('@FENCE@', join(folder, 'fence')), {
    mode: 0o755,
  });
  const config = join(folder, 'web1.cfg');
  await writeFile(config, CONFIG);
  await writeFile(join(folder, 'cib.xml'), cib({ config, nodes }));
}

async function isOfThisNetwork(pid: number | undefined): Promise<boolean> {
  const { stdout } = await runChild('readlink', [`/proc/${pid}/ns/net`, '/proc/self/ns/net']);
  const [theirs, ours] = stdout.trim().split('\n');
  return theirs === undefined || ours === undefined || theirs === ours;
}
