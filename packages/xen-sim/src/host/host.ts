import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Dom0 } from '@vm-tools/dom0';
import { systemClock, type Clock } from '@vm-tools/ratelimit';
import type { HostInfo, Xen, XenVersion } from '@vm-tools/xc-native';
import { connectXenstore, type Xenstore } from '@vm-tools/xenstore';
import { MemoryXenstored, type RequestHook } from '@vm-tools/xenstore/server';
import { SimDom0, type DeviceState } from '../dom0/index.ts';
import { Faults } from '../faults/index.ts';
import { parseScenario, startGuests, type Guests } from '../guest/index.ts';
import { parseSize } from '../guest/model/quantity.ts';
import { Machine } from '../machine/index.ts';
import { SimXen } from '../xen/sim-xen.ts';
import { Consoled } from './console/consoled.ts';
import { writeDom0Nodes } from './dom0-nodes.ts';
import { prepareGuestFiles } from './guest-files.ts';
import { hostState, type HostState } from './host-state.ts';

const MIB = 2 ** 20;
/** The path of the kernel for guests, in the root of a host. */
const KERNEL = 'guests/kernel';
/** As the documentation of Xen has it. */
const DEFAULT_BRIDGES = ['xenbr0'];

/** How large a simulated host is, and what runs on it. */
export interface SimulatedHostOptions {
  /** @default "sim" */
  readonly name?: string;
  /** e.g. "64G". @default "16G" */
  readonly memory?: string;
  /** @default 4 */
  readonly cpus?: number;
  /** Into how many NUMA nodes its processors are divided. @default 1 */
  readonly nodes?: number;
  /**
   * The capabilities of its Xen and its processors. @default as Debian's Xen: hvm, pv, hap, grant tables 1 and 2, no
   * shadow
   */
  readonly capabilities?: Partial<HostInfo['capabilities']>;
  /** Features that its processors lack, as Xen's header calls them: "aesni". @default none */
  readonly withoutCpuFeatures?: readonly string[];
  /** Guests may have performance counters: Xen was booted with vpmu. @default false */
  readonly vpmu?: boolean;
  /** @default 4.17.7 */
  readonly xenVersion?: XenVersion;
  /** The random behaviour of guests depends on it and on their names alone. @default 1 */
  readonly seed?: number;
  /** @default systemClock */
  readonly clock?: Clock;
  /** The folder that tools see as `/`. @default a temporary folder, which goes with the host */
  readonly root?: string;
  /** The names of its bridges. @default those of the scenario, else xenbr0 */
  readonly bridges?: readonly string[];
  /** The sizes of its block devices: `{"/dev/vg/web": "10G"}`. @default those of the scenario */
  readonly disks?: Readonly<Record<string, string>>;
  /** `{guests: {"web*": {dirty: "20M/s"}}, faults: [{call: "domainBuild", errno: "ENOMEM"}]}` */
  readonly scenario?: unknown;
  /** Consoles are ptys and have log files below the root. @default false: there is only `consoleOf` */
  readonly ptys?: boolean;
  readonly onWarning?: (message: string) => void;
}

/** A host that is not there. libdomain takes it as it is. */
export interface SimulatedHost extends AsyncDisposable {
  readonly name: string;
  readonly xen: Xen;
  readonly store: Xenstore;
  readonly dom0: Dom0;
  /** What there is in its control domain because of guests' devices. */
  readonly devices: DeviceState;
  readonly root: string;
  /** Nothing is known here of guests on their way; tools look into the journals below `root` by themselves. */
  readonly transfers: { readonly of: (uuid: string) => Promise<undefined> };
  /** The path of a kernel that guests can be started with. */
  readonly kernel: string;
  readonly seed: number;
  readonly clock: Clock;
  readonly machine: Machine;
  readonly xenstored: MemoryXenstored;
  /** Fail the calls of `xen`, and the requests of `store` and of other clients from outside. */
  readonly faults: Faults;
  /** For each connection of a toolstack to xenstored. */
  readonly storeHook: RequestHook;
  readonly guests: Guests;
  /** The name of a domain in xenstore; no fault concerns this question. */
  readonly nameOf: (domid: number) => Promise<string | undefined>;
  /** The last 64 KiB that the guest has said; empty if there is none of this domid or name. */
  consoleOf(domain: number | string): string;
  /** Types it. */
  consoleInput(domid: number, text: string): void;
  /** All that there is: equal before and after when nothing was left behind. */
  snapshot(): Promise<HostState>;
}

function mapSizes(disks: Readonly<Record<string, string>>): Record<string, number> {
  return Object.fromEntries(Object.entries(disks).map(([path, size]) => [path, parseSize(size)]));
}

/** As the first run of xl leaves it. */
async function leaveLockFile(path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, '', { flag: 'a', mode: 0o600 });
}

/**
 * Starts a simulated host in this process.
 * @throws VmToolsError XEN_SIM_QUANTITY or XEN_SIM_SCENARIO, of kind usage
 */
export async function createSimulatedHost(options: SimulatedHostOptions = {}): Promise<SimulatedHost> {
  const { name = 'sim', memory = '16G', cpus = 4, seed = 1, clock = systemClock, ptys = false } = options;
  const scenario = parseScenario(options.scenario ?? {});
  const memoryMib = Math.floor(parseSize(memory) / MIB);
  const { capabilities = {}, withoutCpuFeatures = [], xenVersion, vpmu, nodes } = options;
  const machine = new Machine({
    memoryMib,
    cpus,
    nodes,
    clock,
    capabilities,
    withoutCpuFeatures,
    vpmu,
    version: xenVersion,
  });
  const faults = new Faults(clock);
  for (const rule of scenario.faults) faults.add(rule);

  const xenstored = new MemoryXenstored({ domainExists: (domid) => machine.domains.has(domid) });
  tellXenstored(machine, xenstored);
  const storeHook: RequestHook = {
    before: ({ name: request, domid }, signal) => faults.ifDue(`xenstore.${request}`, domid, signal),
  };
  const connect = (domid: number, hook?: RequestHook): Promise<Xenstore> =>
    connectXenstore({ stream: xenstored.connect(domid, hook) });

  const root = options.root ?? (await mkdtemp(join(tmpdir(), 'xen-sim-')));
  await Promise.all([
    mkdir(join(root, 'var/lib/xen'), { recursive: true }),
    leaveLockFile(join(root, 'var/lock/xl')),
  ]);
  const kernel = await prepareGuestFiles(root, join(root, KERNEL));
  const daemons = await connect(0);
  await writeDom0Nodes(daemons, (machine.domains.get(0)?.totPages ?? 0) * 4);
  const consoled = new Consoled({
    machine,
    store: daemons,
    root,
    ptys,
    onWarning: options.onWarning ?? (() => undefined),
  });
  const dom0 = new SimDom0({
    store: daemons,
    faults,
    holdPages: (domid) => (machine.domains.has(domid) ? machine.holdPages(domid) : () => undefined),
    root,
    ranMs: (domid) => machine.domains.get(domid)?.runtimeMs() ?? 0,
    bridges: options.bridges ?? scenario.bridges ?? DEFAULT_BRIDGES,
    disks: { ...scenario.disks, ...mapSizes(options.disks ?? {}) },
  });
  const nameOf = (domid: number): Promise<string | undefined> => daemons.read(`/local/domain/${domid}/name`);
  const guests = startGuests({
    machine,
    clock,
    seed,
    scenario,
    connectStore: (domid) => connect(domid),
    nameOf,
    console: (domid) => consoled.of(domid),
  });
  const store = await connect(0, storeHook);

  return {
    name,
    xen: new SimXen(machine, faults),
    store,
    dom0,
    devices: dom0,
    root,
    transfers: { of: () => Promise.resolve(undefined) },
    kernel,
    seed,
    clock,
    machine,
    xenstored,
    faults,
    storeHook,
    guests,
    nameOf,
    consoleOf: (domain) =>
      (typeof domain === 'number' ? consoled.of(domain) : consoled.named(domain))?.text ?? '',
    consoleInput: (domid, text) => consoled.of(domid).input(Buffer.from(text)),
    async snapshot() {
      await consoled.settled();
      await dom0.settled(() => guests.isBusy);
      return hostState({ machine, xenstored, dom0, root });
    },
    async [Symbol.asyncDispose]() {
      faults.clear();
      await guests.stop();
      await dom0[Symbol.asyncDispose]();
      await store.close();
      await daemons.close();
      await consoled[Symbol.asyncDispose]();
      xenstored.close();
      if (options.root === undefined) await rm(root, { recursive: true, force: true });
    },
  };
}

/** As Xen raises VIRQ_DOM_EXC, upon which xenstored looks what has become of its domains. */
function tellXenstored(machine: Machine, xenstored: MemoryXenstored): void {
  machine.onEvent(({ type, domid }) => {
    if (type === 'shutdown') xenstored.domainChanged(domid);
    if (type === 'dying' || type === 'gone') xenstored.releaseDomain(domid);
  });
}
