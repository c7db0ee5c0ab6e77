import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startBenchHost } from '../bench-host.ts';
import { sizesUpTo, type Quantity, type Result, type Row, type Scope } from '../experiment.ts';
import { describeMachine } from '../machine.ts';
import { memoryOf } from '../memory-of.ts';
import { runTool } from '../run-tool.ts';
import { startXfrd } from '../bench-xfrd.ts';

/** Too large to be moved in minutes; they are there as address space. */
const CREATED_ONLY = [65_536, 2 ** 20];
/** The memory that the guest writes; all else is zeros. */
const WRITTEN_MIB = 16;

const QUANTITIES: readonly Quantity[] = [
  { key: 'createS', label: 'create', unit: 's' },
  { key: 'createMib', label: 'host, when created', unit: 'MiB' },
  { key: 'moveS', label: 'move live', unit: 's' },
  { key: 'sourceMib', label: 'source host', unit: 'MiB' },
  { key: 'senderMib', label: 'vm-migrate', unit: 'MiB' },
  { key: 'keeperMib', label: 'keeper of xfrd', unit: 'MiB' },
  { key: 'receiverMib', label: 'receiver of xfrd', unit: 'MiB' },
  { key: 'targetMib', label: 'target host', unit: 'MiB' },
];

/** Ever larger guests that are zeros nearly all, moved live by vm-migrate; the largest are only created. */
export async function measureSizes({ largestMib, report }: Scope): Promise<Result> {
  const rows: Row[] = [];
  for (const size of sizesUpTo(largestMib, [256, 1024, 4096, 16_384, 65_536])) {
    rows.push({ size, ...(await createAndMove(size, true)) });
    report(`${size} MiB: ${rows.at(-1)?.['moveS']?.toFixed(1)} s`);
  }
  for (const size of CREATED_ONLY.filter((mib) => mib > largestMib)) {
    rows.push({ size, ...(await createAndMove(size, false)) });
  }
  return {
    name: 'scale-c-sizes',
    title: 'Large guests',
    sizeLabel: 'MiB of guest memory',
    machine: describeMachine(),
    quantities: QUANTITIES,
    rows,
    notes: [
      `All but ${WRITTEN_MIB} MiB of each guest are zeros. They pass through every process and are recognised there, and are not sent.`,
      'Memory is the peak of each process. That of a real host is with Xen; what matters here is that no other process grows.',
      'The largest guests are there as address space: they are created, and not moved.',
    ],
  };
}

async function createAndMove(mib: number, isMoved: boolean): Promise<Record<string, number>> {
  await using a = await startBenchHost('bench-a', '4T');
  await using b = await startBenchHost('bench-b', '4T');
  const config = join(a.root, 'large.json');
  const cmdline = `sim.set=${WRITTEN_MIB}M sim.dirty=1M/s sim.tick=1s`;
  await writeFile(
    config,
    JSON.stringify({ name: 'large', type: 'pvh', kernel: a.kernel, memory: mib, cmdline }),
  );
  const created = await runTool(`vm-create ${config} --host ${a.spec}`);
  const figures = { createS: created.seconds, createMib: await peakOf(a.pid) };
  if (!isMoved) return figures;

  await using xfrd = await startXfrd(b, []);
  const moved = await runTool(`vm-migrate large unix://${xfrd.socketPath} --host ${a.spec} --json`);
  return {
    ...figures,
    moveS: moved.seconds,
    sourceMib: await peakOf(a.pid),
    senderMib: moved.peakMib,
    keeperMib: await peakOf(xfrd.keeperPid),
    receiverMib: await peakOf(xfrd.receiverPid),
    targetMib: await peakOf(b.pid),
  };
}

async function peakOf(pid: number): Promise<number> {
  return (await memoryOf(pid))?.peakMib ?? 0;
}
