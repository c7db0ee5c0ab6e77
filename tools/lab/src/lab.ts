import { rm } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { chooseAccelerator } from './machine/accelerator.ts';
import { exists } from './local/build-aside.ts';
import { RELEASES } from './images/releases.ts';
import type { Release } from './images/releases.ts';
import { hostNames } from './machine/host-name.ts';
import type { HostName } from './machine/host-name.ts';
import { labError } from './local/lab-error.ts';
import { labHost } from './host/lab-host.ts';
import type { LabHost } from './host/lab-host.ts';
import { checkLabName, readState, removeState, writeState } from './lab-state.ts';
import type { HostState, LabState } from './lab-state.ts';
import { exchangeOf, labDirectory, layout, logsOf, sharedOf } from './local/layout.ts';
import { killMachine } from './machine/machine.ts';
import { prepare } from './prepare.ts';
import type { BootFiles } from './prepare.ts';
import { startHost } from './host/start-host.ts';
import { during, type Report } from './local/report.ts';

/** Hosts that run and belong together. */
export interface Lab {
  readonly name: string;
  /** Folder with the logs of all hosts; it stays after `down`. */
  readonly logs: string;
  readonly hosts: readonly LabHost[];
  /** The host of that name; throws if it is not up. */
  host(name: string): LabHost;
  /** Ends all hosts, whichever process started them. */
  down(): Promise<void>;
}

export interface StartOptions {
  /** @default 'default' */
  readonly name?: string;
  /** @default both */
  readonly hosts?: readonly HostName[];
  /** Of Debian, and with it of Xen: one for both hosts, or one for each. @default 'bookworm' */
  readonly release?: Release | Readonly<Record<HostName, Release>> | undefined;
  /** For QEMU's -cpu, behind what the lab says: "aes=off" is a processor that lacks it. @default nothing */
  readonly cpu?: Partial<Readonly<Record<HostName, string>>>;
  /** Memory of a host, of which dom0 has 2048. @default 5120 */
  readonly memoryMiB?: number;
  /** Whether the hosts outlive this process. @default false */
  readonly keep?: boolean;
  readonly report?: Report;
  readonly signal?: AbortSignal;
}

/** Emulated processors that share a real one wait for each other: two hosts together take longer than in turn. */
const processorsOfHost = 2;

/** Starts hosts, building first what is missing; on failure or abort nothing is left running. */
export async function startLab({
  name = 'default',
  hosts = hostNames,
  release = 'bookworm',
  cpu = {},
  memoryMiB = 5120,
  keep = false,
  report = () => undefined,
  signal,
}: StartOptions = {}): Promise<Lab> {
  checkLabName(name);
  const before = await readState(name);
  const taken = hosts.filter((host) => before?.hosts[host] !== undefined);
  if (taken.length > 0) {
    throw labError({
      code: 'RUNS',
      message: `lab ${name} has a running host ${taken.join(' and ')}`,
      hint: `end it with \`npm run lab -- down --name ${name}\`, or use it`,
    });
  }
  const releaseOf = (host: HostName): Release => (typeof release === 'string' ? release : release[host]);
  const wanted: { host: HostName; files: BootFiles }[] = [];
  for (const host of hosts) wanted.push({ host, files: await prepare(releaseOf(host), report, signal) });
  const accelerator = await chooseAccelerator(signal);
  const bundled = await exists(layout.bundle);
  if (before === undefined) await rm(labDirectory(name), { recursive: true, force: true });

  let state: LabState = { name, hosts: before?.hosts ?? {} };
  let saved = Promise.resolve();
  const started = (host: HostName, hostState: HostState): Promise<void> => {
    state = { ...state, hosts: { ...state.hosts, [host]: hostState } };
    saved = saved.then(() => writeState(state));
    return saved;
  };
  const start = async ({ host, files: { base, initramfs } }: (typeof wanted)[number]): Promise<void> => {
    const begun = performance.now();
    const logs = logsOf(name, host);
    const exchange = exchangeOf(name, host);
    const spec = {
      lab: name,
      name: host,
      release: base.release,
      image: base.folder,
      initramfs,
      logs,
      exchange,
      shared: sharedOf(name),
      memoryMiB,
      accelerator,
      cpu: cpu[host],
    };
    await during(report, `starting host ${host}`, () => startHost(spec, keep, started, signal));
    if (bundled) await labOf(state).host(host).installBundle(layout.bundle);
    report(
      `host ${host} (Xen ${RELEASES[base.release].xen}) is up after ${((performance.now() - begun) / 1000).toFixed(0)} s (${accelerator.name})`,
    );
  };
  try {
    if (availableParallelism() >= hosts.length * processorsOfHost) await Promise.all(wanted.map(start));
    else for (const one of wanted) await start(one);
  } catch (error) {
    await endHosts(name, state, hosts);
    throw error;
  }
  return labOf(state);
}

/** A lab that another process has started, or nothing. */
export async function attachLab(name = 'default'): Promise<Lab | undefined> {
  checkLabName(name);
  const state = await readState(name);
  return state === undefined ? undefined : labOf(state);
}

function labOf(state: LabState): Lab {
  const { name } = state;
  const hosts = hostNames.flatMap((host) => {
    const found = state.hosts[host];
    if (found === undefined) return [];
    const address = {
      host,
      directory: labDirectory(name),
      key: layout.key,
      port: found.sshPort,
    };
    const { pid, release } = found;
    return [labHost({ lab: name, address, pid, release, logs: logsOf(name, host) })];
  });
  return {
    name,
    logs: logsOf(name),
    hosts,
    host(wanted) {
      const host = hosts.find((candidate) => candidate.name === wanted);
      if (host !== undefined) return host;
      const hint = `start it with \`npm run lab -- up ${wanted} --name ${name}\``;
      throw labError({ code: 'NO_HOST', kind: 'usage', message: `lab ${name} has no host ${wanted}`, hint });
    },
    down: () => endHosts(name, state, hostNames),
  };
}

async function endHosts(name: string, state: LabState, which: readonly HostName[]): Promise<void> {
  for (const host of which) {
    const found = state.hosts[host];
    if (found !== undefined) await killMachine(name, host, found.pid);
  }
  const left = await readState(name);
  if (left === undefined) await removeState(name);
  else await writeState(left);
}
