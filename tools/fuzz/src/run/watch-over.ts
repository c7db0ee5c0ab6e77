import { Worker } from 'node:worker_threads';
import type { RunResult } from './run.ts';
import type { WorkerInput } from './worker.ts';

/** An input that is not through by then never will be. */
const STUCK_MS = 20_000;
const LOOK_EVERY_MS = 1000;

/**
 * Runs in a thread of its own, so that an input with which a reader never comes back is noticed by this one.
 *
 * @throws Error when that happens, or the thread itself breaks
 */
export async function watchOver(
  input: Omit<WorkerInput, 'at'>,
  report: (line: string) => void,
): Promise<RunResult> {
  const at = new Float64Array(new SharedArrayBuffer(16));
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { workerData: { ...input, at } });
  const { promise, resolve, reject } = Promise.withResolvers<RunResult>();
  let names: readonly string[] = [];
  worker.on('error', reject);
  worker.on('exit', () => reject(new Error('the thread ended by itself')));
  worker.on('message', (message: { names: string[] } | RunResult) => {
    if ('names' in message) names = message.names;
    else resolve(message);
  });
  let last = '';
  let since = performance.now();
  let reported = -1;
  const look = setInterval(() => {
    const [target = 0, index = 0] = at;
    const now = `${names[target] ?? ''} ${index}`;
    if (names.length > 0 && target !== reported) report(names[(reported = target)] ?? '');
    if (now !== last) since = performance.now();
    last = now;
    const isStuck = names.length > 0 && performance.now() - since > STUCK_MS;
    if (isStuck)
      reject(new Error(`stuck at --target "${names[target]}" --seed ${input.seed} --from ${index}`));
  }, LOOK_EVERY_MS);
  try {
    return await promise;
  } finally {
    clearInterval(look);
    await worker.terminate();
  }
}
