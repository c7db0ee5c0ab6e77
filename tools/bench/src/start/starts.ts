import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { makeBundle } from '@vm-tools/bundle';
import { checkout } from '../checkout.ts';
import type { Quantity, Result, Row, Scope } from '../experiment.ts';
import { describeMachine } from '../machine.ts';
import { quantile } from '../report/quantile.ts';
import { cpuMsOf, peakMibOf } from './usage-of.ts';

const ROUNDS = 7;
const HOST = 'bench';

const QUANTITIES: readonly Quantity[] = [
  { key: 'ratio', label: 'processor time : bare node, median', unit: '', hasLaw: false },
  { key: 'lowest', label: 'a quarter is below', unit: '', hasLaw: false },
  { key: 'highest', label: 'a quarter is above', unit: '', hasLaw: false },
  { key: 'cpuMs', label: 'processor time, median', unit: 'ms', hasLaw: false },
  { key: 'rssMib', label: 'most resident', unit: 'MiB', hasLaw: false },
];

/** The processor time of a run of a command, and of the run of bare node right before it, ms. */
interface Pair {
  readonly bare: number;
  readonly tool: number;
}

/**
 * The start of each bundled tool beside that of bare node, in turns, so that whatever else the machine does is the same
 * for both. Only processor time is compared. Node keeps what it has compiled, as the launcher lets it.
 */
export async function measureStarts({ report }: Pick<Scope, 'report'>): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-'));
  const file = (program: string): string => join(folder, 'bundle/lib', `${program}.js`);
  const env = {
    ...process.env,
    NODE_OPTIONS: '',
    COLUMNS: '',
    VM_TOOLS_SIM: join(folder, 'sim'),
    NODE_COMPILE_CACHE: join(folder, 'compiled'),
  };
  const simulator = (...words: string[]): Promise<unknown> =>
    promisify(execFile)(process.execPath, [file('xen-sim'), ...words], { env });
  const bare = ['-e', '0'];
  const wordsOf = (line: string): string[] => {
    const [program = '', ...words] = line.split(' ');
    return [file(program), ...words];
  };
  try {
    report('making a bundle');
    const { executables } = await makeBundle({ root: checkout, folder: join(folder, 'bundle') });
    await simulator('start', HOST);
    const lines = [
      `vm-list --host sim:${HOST}`,
      `vm-info --host sim:${HOST} 0`,
      ...executables.flatMap((name) => [`${name} --version`, `${name} --help`]),
    ];
    const memory = [await peakMibOf(bare, env)];
    for (const line of lines) memory.push(await peakMibOf(wordsOf(line), env)); // and node keeps what it compiles
    const pairs = new Map<string, Pair[]>(lines.map((line) => [line, []]));
    for (let round = 1; round <= ROUNDS; round += 1) {
      report(`round ${round} of ${ROUNDS}`);
      for (const [line, ofLine] of pairs)
        ofLine.push({ bare: await cpuMsOf(bare, env), tool: await cpuMsOf(wordsOf(line), env) });
    }
    const bares = [...pairs.values()].flat().map((pair) => pair.bare);
    const neighbours = bares.slice(1).map((tool, at) => ({ bare: bares[at] as number, tool }));
    return {
      name: 'start',
      title: 'The start of a tool',
      sizeLabel: 'command',
      names: ['node -e 0', ...lines],
      machine: describeMachine(),
      quantities: QUANTITIES,
      rows: [neighbours, ...pairs.values()].map((ofLine, at) => rowOf(ofLine, at, memory[at])),
      notes: [
        `Processor time, user and system, of ${ROUNDS} runs each; before each of them bare node ran once. The first line is what bare node is to itself.`,
        `Load of the machine at the end: ${loadavg()[0]?.toFixed(1)}.`,
      ],
    };
  } finally {
    await simulator('stop', HOST).catch(() => undefined); // without a bundle there is none
    await rm(folder, { recursive: true, force: true });
  }
}

function rowOf(pairs: readonly Pair[], size: number, rssMib = Number.NaN): Row {
  const ratios = pairs.map(({ bare, tool }) => tool / bare);
  const times = pairs.map(({ tool }) => tool);
  return {
    size,
    ratio: quantile(ratios, 0.5),
    lowest: quantile(ratios, 0.25),
    highest: quantile(ratios, 0.75),
    cpuMs: quantile(times, 0.5),
    rssMib,
  };
}
