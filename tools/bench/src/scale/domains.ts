import { EventEmitter, once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import {
  destroyDomain,
  listDomains,
  monitorDomains,
  type Domain,
  type Host,
  type MonitorEvent,
} from '@vm-tools/libdomain';
import { startBenchHost, type BenchHost } from '../bench-host.ts';
import { sizesUpTo, type Quantity, type Result, type Row, type Scope } from '../experiment.ts';
import { describeMachine } from '../machine.ts';
import { cpuMsOf, memoryOf } from '../memory-of.ts';
import { runTool } from '../run-tool.ts';
import { createGuest } from './create-guest.ts';

const REPEAT = 5;
/** The figures at each number of domains are measured with so many of the last ones. */
const SAMPLE = 10;
/** So many are made first and taken away again: code that runs for the first time is slow. */
const WARM_UP = 30;
const IDLE_MS = 3_000;

const QUANTITIES: readonly Quantity[] = [
  { key: 'allS', label: 'create all', unit: 's' },
  { key: 'createMs', label: 'create one', unit: 'ms' },
  { key: 'createCpuMs', label: 'of it CPU of the host', unit: 'ms' },
  { key: 'listMs', label: 'list all', unit: 'ms' },
  { key: 'toolMs', label: 'vm-list with its start', unit: 'ms', hasLaw: false },
  { key: 'heardMs', label: 'a death is heard', unit: 'ms' },
  { key: 'actedMs', label: 'and acted upon', unit: 'ms' },
  { key: 'destroyMs', label: 'destroy one', unit: 'ms' },
  { key: 'hostMib', label: 'memory of the host', unit: 'MiB' },
  { key: 'idleCpu', label: 'CPU of the host, all idle', unit: '%' },
];

/** Many domains on one host, of a guest that ticks once a second. */
export async function measureDomains({ domains, report }: Scope): Promise<Result> {
  await using simulated = await startBenchHost('bench', '256G');
  await using host = await simulated.connect();
  const emptyMib = (await memoryOf(simulated.pid))?.nowMib ?? 0;
  const rows: Row[] = [];
  let made = 0;
  let allMs = 0;
  const createOne = (): Promise<Domain> => {
    made += 1;
    return createGuest(host, simulated, { name: `guest${made}`, mib: 16, behaviour: 'sim.tick=1s' });
  };
  const createMany = async (count: number): Promise<number> => {
    const ms = await timed(async () => {
      for (let index = 0; index < count; index += 1) await createOne();
    });
    allMs += ms;
    return ms;
  };
  for (let count = 0; count < WARM_UP; count += 1) await destroyDomain(host, await createOne());
  let there = 0;
  for (const size of sizesUpTo(domains, [10, 30, 100, 300])) {
    await createMany(size - SAMPLE - there);
    const cpuBefore = await cpuMsOf(simulated.pid);
    const createMs = await createMany(SAMPLE);
    there = size;
    const createCpuMs = (await cpuMsOf(simulated.pid)) - cpuBefore;
    const row = {
      size,
      allS: allMs / 1000,
      createMs: createMs / SAMPLE,
      createCpuMs: createCpuMs / SAMPLE,
      ...(await look(host, simulated)),
      ...(await measureDeaths(host, createOne)),
      hostMib: ((await memoryOf(simulated.pid))?.nowMib ?? 0) - emptyMib,
    };
    rows.push(row);
    report(`${size} domains: create ${row.createMs.toFixed(0)} ms, list ${row.listMs.toFixed(0)} ms`);
  }
  return {
    name: 'scale-b-domains',
    title: 'Many domains on one host',
    sizeLabel: 'domains',
    machine: describeMachine(),
    quantities: QUANTITIES,
    rows,
    notes: [
      'The host is a simulated one in a process of its own; its memory is what it took beyond that without a domain.',
      'create, list and destroy are calls of libdomain from another process, and so is the death: a guest powers off, "heard" is the event of the watch on @releaseDomain, "acted upon" is the end of what on_poweroff says, which removes it.',
      'vm-list with its start runs from the sources: most of it is Node.',
    ],
  };
}

async function look(
  host: Host,
  simulated: BenchHost,
): Promise<Record<'listMs' | 'toolMs' | 'idleCpu', number>> {
  const listMs = await median(() => timed(() => listDomains(host)));
  const toolMs = await median(async () => (await runTool(`vm-list --host ${simulated.spec}`)).seconds * 1000);
  const cpuBefore = await cpuMsOf(simulated.pid);
  await pause(IDLE_MS);
  const idleCpu = (((await cpuMsOf(simulated.pid)) - cpuBefore) / IDLE_MS) * 100;
  return { listMs, toolMs, idleCpu };
}

/** Some guests power off, one after the other, while a monitor watches; others are destroyed. All are replaced. */
async function measureDeaths(
  host: Host,
  createOne: () => Promise<Domain>,
): Promise<Record<'heardMs' | 'actedMs' | 'destroyMs', number>> {
  const ended = new AbortController();
  const news = new EventEmitter<{ acted: [MonitorEvent] }>();
  const monitored = monitorDomains(host, {
    signal: ended.signal,
    onEvent: (event) => news.emit('acted', event),
  });
  await using watch = host.store.watch('@releaseDomain');
  await watch.next();
  const heard: number[] = [];
  const acted: number[] = [];
  const destroyed: number[] = [];
  for (let count = 0; count < REPEAT; count += 1) {
    const victim = await createOne();
    const told = once(news, 'acted');
    const startedAt = performance.now();
    const heardOf = watch.next().then(() => heard.push(performance.now() - startedAt));
    await host.xen.domainShutdown(victim.domid, 'poweroff');
    await Promise.all([heardOf, told]);
    acted.push(performance.now() - startedAt);
    await watch.next(); // the other event, of its removal
  }
  ended.abort();
  await monitored;
  for (let count = 0; count < REPEAT; count += 1) {
    const victim = await createOne();
    destroyed.push(await timed(() => destroyDomain(host, victim)));
  }
  return { heardMs: middle(heard), actedMs: middle(acted), destroyMs: middle(destroyed) };
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

async function median(measure: () => Promise<number>): Promise<number> {
  const values: number[] = [];
  for (let count = 0; count < REPEAT; count += 1) values.push(await measure());
  return middle(values);
}

const middle = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
