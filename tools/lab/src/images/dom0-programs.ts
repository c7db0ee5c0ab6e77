import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buildAside } from '../local/build-aside.ts';
import { runChildStrictly } from '../local/child.ts';
import { digestOf } from '../local/digest.ts';
import { layout } from '../local/layout.ts';
import { ensurePackages } from '../local/prerequisites.ts';
import type { Report } from '../local/report.ts';

const compile = ['-O2', '-std=gnu17', '-Wall', '-Wextra', '-Werror', '-static', '-s'];

/** The folder with the lab's own programs for a dom0, built from `dom0/*.c` if those have changed. */
export async function buildDom0Programs(report: Report, signal?: AbortSignal): Promise<string> {
  const names = (await readdir(layout.dom0Sources)).filter((name) => name.endsWith('.c')).sort();
  const sources = await Promise.all(names.map((name) => readFile(join(layout.dom0Sources, name))));
  return buildAside(join(layout.programs, digestOf(...compile, ...names, ...sources)), async (aside) => {
    await ensurePackages('build', report, signal);
    for (const name of names) {
      const program = join(aside, name.slice(0, -'.c'.length));
      await runChildStrictly('gcc', [...compile, '-o', program, join(layout.dom0Sources, name)], { signal });
    }
  });
}
