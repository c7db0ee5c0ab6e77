import { execFile } from 'node:child_process';
import { access, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { makeBundle } from '@vm-tools/bundle';
import { checkout } from '../checkout.ts';
import type { Quantity, Result, Row, Scope } from '../experiment.ts';
import { describeMachine } from '../machine.ts';
import { quantile } from '../report/quantile.ts';
import { cpuMsOf } from '../start/usage-of.ts';
import { GUEST, PASSAGES, type Passage } from './passages.ts';

const ROUNDS = 5;
const MEMORY_MIB = 512;
const FILLED_MIB = 256;
/** A file system in memory: no disk is measured. */
const SHM = '/dev/shm';

const QUANTITIES: readonly Quantity[] = [
  { key: 'ours', label: 'ours, MiB a second of processor time', unit: '', hasLaw: false },
  { key: 'beside', label: 'the C program', unit: '', hasLaw: false },
  { key: 'ratio', label: 'ours : C, median', unit: '', hasLaw: false },
  { key: 'lowest', label: 'lowest', unit: '', hasLaw: false },
  { key: 'highest', label: 'highest', unit: '', hasLaw: false },
];

/** Processor time of one round, ms. */
interface Pair {
  readonly ours: number;
  readonly beside: number;
}

/**
 * What it costs to lead an image through a tool, in processor time of the tool alone: the simulated host is a process
 * of its own. The start of the tool is taken off, as a guest of 100 GiB would not notice it.
 */
export async function measureImagePath({ report }: Pick<Scope, 'report'>): Promise<Result> {
  const folder = await mkdtemp(join(await access(SHM).then(() => SHM, tmpdir), 'bench-'));
  const program = (name: string): string => join(folder, 'bundle/lib', `${name}.js`);
  const image = join(folder, 'image');
  const out = join(folder, 'out');
  const env = {
    ...process.env,
    NODE_OPTIONS: '',
    VM_TOOLS_SIM: join(folder, 'sim'),
    VM_TOOLS_HOST: 'sim:bench',
    NODE_COMPILE_CACHE: join(folder, 'compiled'),
  };
  const tool = async (line: string, host = 'bench'): Promise<unknown> => {
    const [name = '', ...words] = line.split(' ');
    const on = { ...env, VM_TOOLS_HOST: `sim:${host}` };
    return promisify(execFile)(process.execPath, [program(name), ...words], { env: on });
  };
  const filled = (line: string): string[] =>
    line.split(' ').map((word) => word.replace('FILE', image).replace('OUT', out));
  const once = async ({ ours, beside, makesDomain }: Passage, startMs: number): Promise<Pair> => {
    const [name = '', ...words] = filled(ours);
    const [c = '', ...wordsOfC] = filled(beside);
    const host = makesDomain === true ? 'other' : 'bench';
    const spent = await cpuMsOf([program(name), ...words], { ...env, VM_TOOLS_HOST: `sim:${host}` });
    if (makesDomain === true) await tool(`vm-destroy ${GUEST}`, host);
    await rm(out, { force: true });
    const spentInC = await cpuMsOf(wordsOfC, env, c);
    await rm(out, { force: true });
    return { ours: spent - startMs, beside: spentInC };
  };
  try {
    report('making a bundle');
    await makeBundle({ root: checkout, folder: join(folder, 'bundle') });
    for (const host of ['bench', 'other']) await tool(`xen-sim start ${host} --memory 4G`);
    const config = join(folder, 'guest.cfg');
    const kernel = join(folder, 'sim/bench/root/guests/kernel');
    const behaviour = `sim.set=${FILLED_MIB}M sim.entropy=text`;
    const lines = [`name="${GUEST}"`, 'type="pvh"', `kernel="${kernel}"`, `memory=${MEMORY_MIB}`];
    await writeFile(config, [...lines, `cmdline="${behaviour}"`, ''].join('\n'));
    await tool(`vm-create ${config}`);
    await tool(`vm-save -q -c ${GUEST} -o ${image}`);
    const mib = (await stat(image)).size / 2 ** 20;
    const pairs = new Map<Passage, Pair[]>(PASSAGES.map((passage) => [passage, []]));
    for (const passage of PASSAGES) await once(passage, 0); // node keeps what it compiles
    for (let round = 1; round <= ROUNDS; round += 1) {
      report(`round ${round} of ${ROUNDS}`);
      const startMs = await cpuMsOf([program('vm-info'), GUEST], env);
      for (const [passage, measured] of pairs) measured.push(await once(passage, startMs));
    }
    return {
      name: 'image-path',
      title: 'An image on its way through a tool',
      sizeLabel: 'way',
      names: PASSAGES.map(({ name, beside }) => `${name} (${beside.split(' ')[0] ?? ''})`),
      machine: describeMachine(),
      quantities: QUANTITIES,
      rows: [...pairs.values()].map((measured, at) => rowOf(measured, at, mib)),
      notes: [
        `A simulated pvh guest of ${MEMORY_MIB} MiB, half of it text, half of it zeros; ${ROUNDS} rounds, images in memory.`,
        `Processor time, user and system, of the tool without its start (that of vm-info), beside that of a C program that reads and writes the same bytes; the other ends of pipes and sockets do not count. Load of the machine at the end: ${loadavg()[0]?.toFixed(1)}.`,
      ],
    };
  } finally {
    for (const host of ['bench', 'other']) await tool(`xen-sim stop ${host}`).catch(() => undefined);
    await rm(folder, { recursive: true, force: true });
  }
}

function rowOf(pairs: readonly Pair[], size: number, mib: number): Row {
  const ratios = pairs.map(({ ours, beside }) => beside / ours);
  const throughput = (of: keyof Pair): number =>
    mib /
    (quantile(
      pairs.map((pair) => pair[of]),
      0.5,
    ) /
      1000);
  return {
    size,
    ours: throughput('ours'),
    beside: throughput('beside'),
    ratio: quantile(ratios, 0.5),
    lowest: quantile(ratios, 0),
    highest: quantile(ratios, 1),
  };
}
