import { setTimeout as pause } from 'node:timers/promises';
import { VmToolsError } from '@vm-tools/errors';
import { startBenchHost, type BenchHost } from '../bench-host.ts';
import { sizesUpTo, type Quantity, type Result, type Row, type Scope } from '../experiment.ts';
import { describeMachine } from '../machine.ts';
import { memoryOf } from '../memory-of.ts';
import { createGuest } from './create-guest.ts';
import { Forked } from '../forked.ts';
import { startXfrd, type BenchXfrd } from '../bench-xfrd.ts';
import { jainIndex } from './jain.ts';
import type { SenderNews } from './sender.ts';

/** On all transfers together. */
const LIMIT = '20MiB/s';
/** Fairness is judged by what each gets in this time, from when all have got so much. */
const WINDOW_MS = 4_000;
const UNDER_WAY_BYTES = 128 * 1024;
const LOOK_EVERY_MS = 200;
const BEGIN_LIMIT_MS = 150_000;

const QUANTITIES: readonly Quantity[] = [
  { key: 'beginS', label: 'until all are under way', unit: 's' },
  { key: 'jain', label: "Jain's index", unit: '', hasLaw: false },
  { key: 'spread', label: 'most : least', unit: '', hasLaw: false },
  { key: 'rateMib', label: 'together, MiB/s', unit: '', hasLaw: false },
  { key: 'keeperMib', label: 'keeper', unit: 'MiB' },
  { key: 'receiverMib', label: 'receiver', unit: 'MiB' },
  { key: 'eachMib', label: 'both, for each', unit: 'MiB' },
  { key: 'sourceMib', label: 'source host', unit: 'MiB' },
  { key: 'targetMib', label: 'target host', unit: 'MiB' },
  { key: 'allS', label: 'all, without limit', unit: 's' },
];

/** Many transfers at once from one host to one xfrd, which shares out its limit. */
export async function measureTransfers({ transfers, report }: Scope): Promise<Result> {
  const rows: Row[] = [];
  for (const size of sizesUpTo(transfers, [5, 10, 25, 50, 100])) {
    const shared = await shareLimit(size);
    const allS = await moveAll(size);
    rows.push({ size, ...shared, allS });
    report(
      `${size} transfers: ${allS.toFixed(1)} s, under way after ${shared['beginS']?.toFixed(1)} s, fair ${shared['jain']?.toFixed(4)}`,
    );
  }
  return {
    name: 'scale-a-transfers',
    title: 'Many transfers at once to one xfrd',
    sizeLabel: 'transfers',
    machine: describeMachine(),
    quantities: QUANTITIES,
    rows,
    notes: [
      `The limit of xfrd is ${LIMIT} for all together. Shares are of what each got in ${WINDOW_MS / 1000} s in which all were under way, of guests that have far more to send than that.`,
      'The two processes of xfrd are its keeper, which owns the host, and its receiver, which reads what peers send; it has so many places. The sender is one process that does what so many vm-migrate do. Memory is the peak in that time beyond what a process had before.',
      'Without limit: guests that have 2 MiB that are not zeros.',
    ],
  };
}

/** Lets all run under the limit for a while, and then gives them up. */
async function shareLimit(count: number): Promise<Record<string, number>> {
  await using a = await hostWith(count, 256, 'sim.set=240M');
  await using b = await startBenchHost('bench-b', '64G');
  await using xfrd = await startXfrd(b, [...placesFor(count), '--bwlimit', LIMIT]);
  const pids = [xfrd.keeperPid, xfrd.receiverPid, a.pid, b.pid];
  const before = await peaksOf(pids);
  await using sender = new Forked<SenderNews>('scale/sender.ts', [a.name, xfrd.socketPath]);
  const beganAt = performance.now();
  const first = await allUnderWay(xfrd, sender, count);
  const beginS = (performance.now() - beganAt) / 1000;
  await pause(WINDOW_MS);
  const second = await xfrd.transferred();
  const after = await peaksOf(pids);
  const shares = [...first].map(([id, bytes]) => (second.get(id) ?? bytes) - bytes);
  const [keeperMib = 0, receiverMib = 0, sourceMib = 0, targetMib = 0] = after.map(
    (mib, index) => mib - (before[index] ?? 0),
  );
  const together = shares.reduce((sum, bytes) => sum + bytes, 0);
  return {
    jain: jainIndex(shares),
    spread: Math.max(...shares) / Math.max(1, Math.min(...shares)),
    beginS,
    rateMib: together / 2 ** 20 / (WINDOW_MS / 1000),
    keeperMib,
    receiverMib,
    eachMib: (keeperMib + receiverMib) / count,
    sourceMib,
    targetMib,
  };
}

/** @returns seconds */
async function moveAll(count: number): Promise<number> {
  await using a = await hostWith(count, 16, 'sim.set=2M');
  await using b = await startBenchHost('bench-b', '64G');
  await using xfrd = await startXfrd(b, placesFor(count));
  await using sender = new Forked<SenderNews>('scale/sender.ts', [a.name, xfrd.socketPath]);
  return (await sender.news()).seconds;
}

function placesFor(count: number): readonly string[] {
  return ['--max-concurrent', String(count)];
}

async function hostWith(count: number, mib: number, behaviour: string): Promise<BenchHost> {
  const simulated = await startBenchHost('bench-a', '64G');
  await using host = await simulated.connect();
  for (let index = 0; index < count; index += 1) {
    await createGuest(host, simulated, {
      name: `guest${index}`,
      mib,
      behaviour: `${behaviour} sim.tick=off`,
    });
  }
  return simulated;
}

/** @returns how far each is */
async function allUnderWay(
  xfrd: BenchXfrd,
  sender: Forked<SenderNews>,
  count: number,
): Promise<ReadonlyMap<string, number>> {
  const late = performance.now() + BEGIN_LIMIT_MS;
  while (true) {
    const transferred = await xfrd.transferred();
    if (transferred.size === count && Math.min(...transferred.values()) >= UNDER_WAY_BYTES)
      return transferred;
    if (performance.now() > late || !sender.isRunning) {
      const message = `${count} transfers do not get under way: ${transferred.size} have begun; ${xfrd.errors[0] ?? 'no error'}`;
      throw new VmToolsError({ code: 'BENCH_STUCK', kind: 'timeout', message });
    }
    await pause(LOOK_EVERY_MS);
  }
}

async function peaksOf(pids: readonly number[]): Promise<readonly number[]> {
  return Promise.all(pids.map(async (pid) => (await memoryOf(pid))?.peakMib ?? 0));
}
