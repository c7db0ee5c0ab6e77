import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { VmToolsError } from '@vm-tools/errors';
import { entryOf } from './checkout.ts';
import { memoryOf } from './memory-of.ts';

const LOOK_EVERY_MS = 20;
/** Of the longest move on a slow machine. */
const LIMIT_MS = 1_800_000;

export interface ToolRun {
  readonly seconds: number;
  readonly stdout: string;
  /** the most memory that it had, in all samples */
  readonly peakMib: number;
}

/**
 * Runs one of our tools to its end.
 * @param line its name and words, none of which may contain a blank
 * @throws VmToolsError BENCH_TOOL when it fails, or takes too long and is killed
 */
export async function runTool(line: string): Promise<ToolRun> {
  const [program = '', ...words] = line.split(' ');
  const startedAt = performance.now();
  const child = spawn(process.execPath, [entryOf(program), ...words], {
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: LIMIT_MS,
    killSignal: 'SIGKILL',
  });
  let peakMib = 0;
  const look = setInterval(() => {
    void memoryOf(child.pid ?? 0).then((memory) => (peakMib = Math.max(peakMib, memory?.peakMib ?? 0)));
  }, LOOK_EVERY_MS);
  try {
    const [[status], stdout, stderr] = await Promise.all([
      once(child, 'exit') as Promise<[number | null]>,
      text(child.stdout),
      text(child.stderr),
    ]);
    if (status === 0) return { seconds: (performance.now() - startedAt) / 1000, stdout, peakMib };
    throw new VmToolsError({
      code: 'BENCH_TOOL',
      message: `${line} ended with status ${status}: ${stderr.trim()}`,
    });
  } finally {
    clearInterval(look);
  }
}
