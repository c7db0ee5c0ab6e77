import { VmToolsError } from '@vm-tools/errors';
import { startLab, syncBundle, type LabHost } from '@vm-tools/lab';
import type { Quantity, Result, Row, Scope } from '../experiment.ts';
import { describeMachine } from '../machine.ts';
import { quantile } from '../report/quantile.ts';
import { actionsWith, TIDY, type Action } from './actions.ts';

const BARE = 'node -e 0';
const LIMIT = { timeoutMs: 600_000 };

const QUANTITIES: readonly Quantity[] = [
  { key: 'xl', label: 'xl, median', unit: 's', hasLaw: false },
  { key: 'ours', label: 'ours, median', unit: 's', hasLaw: false },
  { key: 'ratio', label: 'ours : xl, median', unit: '', hasLaw: false },
  { key: 'lowest', label: 'lowest', unit: '', hasLaw: false },
  { key: 'highest', label: 'highest', unit: '', hasLaw: false },
];

export interface BesideXlScope extends Pick<Scope, 'report'> {
  readonly rounds: number;
  /** memory of the guest */
  readonly mib: number;
}

/** The seconds of each action in one round. */
interface Round {
  readonly xl: readonly number[];
  readonly ours: readonly number[];
}

/**
 * The tools beside xl on a host of the lab: each does the same things with the same guest, in turns, so that whatever
 * else the machine does is the same for both. The time is taken on the host, from the start of the command to its end.
 */
export async function measureBesideXl({ rounds, mib, report }: BesideXlScope): Promise<Result> {
  const lab = await startLab({ name: `bench-${process.pid}`, hosts: ['a'], report });
  try {
    const host = lab.host('a');
    await syncBundle(host);
    const actions = actionsWith(mib);
    const names = actions.map(({ name }) => name);
    // The first time each tool is compiled, and xenstore gets folders that stay.
    await measure(host, actions, 'ours');
    await measure(host, actions, 'xl');
    const measured: Round[] = [];
    const bare: number[] = [];
    for (let round = 1; round <= rounds; round += 1) {
      report(`round ${round} of ${rounds}`);
      bare.push(await secondsOf(host, BARE));
      measured.push({
        xl: await measure(host, actions, 'xl'),
        ours: await measure(host, actions, 'ours'),
      });
    }
    return {
      name: 'beside-xl',
      title: `The tools beside xl, a guest of ${mib} MiB that idles`,
      sizeLabel: 'action',
      names: [BARE, ...names],
      machine: describeMachine(),
      quantities: QUANTITIES,
      rows: [{ size: 0, ours: quantile(bare, 0.5) }, ...names.map((_, at) => rowOf(measured, at))],
      notes: [
        `${rounds} rounds in turns on one emulated host with one processor, whole commands; images are in memory.`,
        'Emulation makes JavaScript some thirty times as slow and C some ten times.',
      ],
    };
  } finally {
    await lab.down();
  }
}

async function measure(host: LabHost, actions: readonly Action[], tool: keyof Round): Promise<number[]> {
  await host.run(TIDY, LIMIT);
  const seconds: number[] = [];
  for (const action of actions) seconds.push(await secondsOf(host, action[tool]));
  return seconds;
}

/** As bash of the host takes it, so that the way there does not count. */
async function secondsOf(host: LabHost, line: string): Promise<number> {
  const timed = `TIMEFORMAT=%3R; time { { ${line}; } >/tmp/bench.out 2>&1 || { cat /tmp/bench.out; exit 1; }; }`;
  const { code, stdout, stderr } = await host.exec(['bash', '-c', timed], LIMIT);
  if (code === 0) return Number(stderr.trim());
  throw new VmToolsError({ code: 'BENCH_TOOL', message: `${line} ended with status ${code}: ${stdout}` });
}

function rowOf(rounds: readonly Round[], at: number): Row {
  const xl = rounds.map((round) => round.xl[at] ?? Number.NaN);
  const ours = rounds.map((round) => round.ours[at] ?? Number.NaN);
  const ratios = rounds.map((_, index) => (ours[index] ?? Number.NaN) / (xl[index] ?? Number.NaN));
  return {
    size: at + 1,
    xl: quantile(xl, 0.5),
    ours: quantile(ours, 0.5),
    ratio: quantile(ratios, 0.5),
    lowest: quantile(ratios, 0),
    highest: quantile(ratios, 1),
  };
}
