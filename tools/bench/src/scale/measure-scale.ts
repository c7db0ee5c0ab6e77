import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkout } from '../checkout.ts';
import type { Result, Scope } from '../experiment.ts';
import { markdownTables } from '../report/tables.ts';
import { keepResult } from '../report/write-report.ts';
import { runTool } from '../run-tool.ts';

const EXPERIMENTS: Readonly<Record<string, (scope: Scope) => Promise<Result>>> = {
  a: async (scope) => (await import('./transfers.ts')).measureTransfers(scope),
  b: async (scope) => (await import('./domains.ts')).measureDomains(scope),
  c: async (scope) => (await import('./sizes.ts')).measureSizes(scope),
};

/** Whether it names an experiment. */
export function isLetter(letter: string): boolean {
  return Object.hasOwn(EXPERIMENTS, letter);
}

/** How time and memory grow, on simulated hosts. @param letters of experiments; none: all */
export async function measureScale(letters: readonly string[], scope: Scope): Promise<void> {
  // Hosts of its own, in a folder that no other tool looks into, and that end whatever happens.
  const folder = await mkdtemp(join(tmpdir(), 'bench-'));
  process.env['VM_TOOLS_SIM'] = folder;
  // Node's compiled code is kept, so that the start of a tool is not the time of its compiler.
  process.env['NODE_COMPILE_CACHE'] ??= join(checkout, '.cache/compile');
  const tidyUp = async (): Promise<void> => {
    await runTool('xen-sim stop --all');
    await rm(folder, { recursive: true, force: true });
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void tidyUp().finally(() => process.exit(130)));
  }
  try {
    for (const [letter, measure] of Object.entries(EXPERIMENTS)) {
      if (letters.length > 0 && !letters.includes(letter)) continue;
      const result = await measure(scope);
      await keepResult(result);
      console.log(markdownTables(result));
    }
  } finally {
    await tidyUp();
  }
}
