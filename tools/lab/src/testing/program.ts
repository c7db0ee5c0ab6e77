import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import type { LabHost } from '../lab-host.ts';

/** Where the bundled tools lie on a host; a program beside them finds koffi and the helper as they do. */
const installed = '/usr/lib/vm-tools/lib';

/**
 * Runs a TypeScript program of the project in dom0, where there are no sources: it is bundled here and copied there.
 * For tests that need the libraries themselves on real Xen.
 *
 * @returns what it wrote to stdout
 */
export async function runProgram(
  host: LabHost,
  path: string,
  words: readonly string[] = [],
): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'lab-program-'));
  const remote = `${installed}/test-${randomUUID()}.js`;
  try {
    const outfile = join(folder, 'program.js');
    await build({
      entryPoints: [path],
      outfile,
      bundle: true,
      platform: 'node',
      format: 'esm',
      external: ['koffi'],
      banner: {
        js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
      },
      logLevel: 'warning',
    });
    await host.put(outfile, remote);
    return await host.run(['node', remote, ...words], { timeoutMs: 240_000 });
  } finally {
    await Promise.all([rm(folder, { recursive: true, force: true }), host.exec(['rm', '-f', remote])]);
  }
}
