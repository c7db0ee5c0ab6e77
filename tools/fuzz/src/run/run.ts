import { createRandom } from '../random.ts';
import { must, type Input, type Target, type Verdict } from '../target.ts';
import { findingOf, type Finding } from './finding.ts';
import { growthOf, usedBytes, type MemorySample } from './memory.ts';

/** A reader that takes longer for one small input has lost its way, even on a machine that does other things besides. */
const SLOWEST_MS = 5000;
/** Beyond, it is one defect many times. */
const MOST_FINDINGS = 20;

export interface RunOptions {
  readonly targets: readonly Target[];
  /** of all targets together; each gets its share */
  readonly count: number;
  readonly seed: number;
  /** where each target begins to count: the rest of a run, or one input of it. @default 0 */
  readonly from?: number;
  /** how often memory is looked at, which takes longer than a thousand inputs; 0 is never. @default 16 */
  readonly looks?: number;
  /** before each input, for the thread that watches for one that does not come back */
  readonly onInput?: (target: Target, index: number) => void;
  readonly onAccepted?: (target: Target, input: Input) => void;
}

export interface TargetResult {
  readonly target: string;
  readonly inputs: number;
  readonly verdicts: Readonly<Record<Verdict, number>>;
  /** of processor time, without the looks at memory */
  readonly cpuSeconds: number;
  readonly slowestMs: number;
  /** that are kept for each input */
  readonly bytesEach: number;
}

export interface RunResult {
  readonly results: readonly TargetResult[];
  readonly findings: readonly (Finding & { readonly index: number })[];
}

/** Feeds each target its share of damaged inputs, one after the other, in this thread. */
export async function run(options: RunOptions): Promise<RunResult> {
  const { targets, count } = options;
  const weights = targets.reduce((sum, { weight }) => sum + weight, 0);
  const results: TargetResult[] = [];
  const findings: RunResult['findings'][number][] = [];
  for (const target of targets) {
    const share = Math.max(1, Math.round((count * target.weight) / weights));
    const one = await runTarget(target, share, options);
    results.push(one.result);
    findings.push(...one.findings);
  }
  return { results, findings };
}

async function runTarget(
  target: Target,
  share: number,
  { seed, from = 0, looks = 16, onInput, onAccepted }: RunOptions,
): Promise<{ result: TargetResult; findings: RunResult['findings'] }> {
  const verdicts: Record<Verdict, number> = {};
  const findings: RunResult['findings'][number][] = [];
  const samples: MemorySample[] = [];
  const every = looks === 0 ? Infinity : Math.max(1, Math.floor(share / looks));
  let cpuMicros = 0;
  let slowestMs = 0;
  let cpu = process.threadCpuUsage();
  for (let index = from; index < from + share && findings.length < MOST_FINDINGS; index += 1) {
    onInput?.(target, index);
    const input = target.make(createRandom(seed, hash(target.name), index));
    const startedAt = performance.now();
    try {
      const verdict = await target.feed(input);
      const tookMs = performance.now() - startedAt;
      slowestMs = Math.max(slowestMs, tookMs);
      must(tookMs < SLOWEST_MS, `it took ${Math.round(tookMs)} ms`);
      verdicts[verdict] = (verdicts[verdict] ?? 0) + 1;
      if (verdict === 'accepted') onAccepted?.(target, input);
    } catch (thrown) {
      findings.push({ ...findingOf(target.name, textOf(thrown), input), index });
    }
    if ((index - from + 1) % every !== 0) continue;
    cpuMicros += microsSince(cpu);
    samples.push({ inputs: index, bytes: usedBytes() });
    cpu = process.threadCpuUsage();
  }
  cpuMicros += microsSince(cpu);
  const { bytesEach, isBounded } = growthOf(samples);
  if (!isBounded) {
    findings.push({
      ...findingOf(target.name, `each input leaves ${bytesEach.toFixed(1)} bytes behind`, []),
      index: from,
    });
  }
  const cpuSeconds = cpuMicros / 1e6;
  return {
    result: { target: target.name, inputs: share, verdicts, cpuSeconds, slowestMs, bytesEach },
    findings,
  };
}

function microsSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.threadCpuUsage(before);
  return user + system;
}

function textOf(thrown: unknown): string {
  return thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
}

/** So that targets have different inputs from one seed. */
function hash(name: string): number {
  return Buffer.from(name).reduce((sum, byte) => Math.imul(sum, 31) + byte, 0);
}
