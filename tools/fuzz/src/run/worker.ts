import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { allTargets } from '../targets/index.ts';
import { run, type RunResult } from './run.ts';

export interface WorkerInput {
  readonly groups: readonly string[];
  readonly target?: string | undefined;
  readonly count: number;
  readonly seed: number;
  readonly from: number;
  /** two numbers that the other thread sees at once: which target, and which of its inputs */
  readonly at: Float64Array;
  /** how many accepted libxc streams are left in `folder`, for Xen's verifier */
  readonly samples: number;
  readonly folder: string;
}

const { groups, target: only, count, seed, from, at, samples, folder } = workerData as WorkerInput;
const targets = (await allTargets()).filter(
  ({ group, name }) => groups.includes(group) && (only === undefined || name === only),
);
parentPort?.postMessage({ names: targets.map(({ name }) => name) });
let accepted = 0;
let kept = 0;
const result: RunResult = await run({
  targets,
  count,
  seed,
  from,
  onInput(target, index) {
    at[0] = targets.indexOf(target);
    at[1] = index;
  },
  onAccepted(target, input) {
    if (target.name !== 'libxc stream') return;
    // Ever fewer of ever more, so that they are from the whole run.
    if (kept < samples && accepted % 2 ** Math.floor(kept / 3) === 0) {
      writeFileSync(join(folder, `${kept}`), Buffer.concat(input));
      kept += 1;
    }
    accepted += 1;
  },
});
parentPort?.postMessage(result);
