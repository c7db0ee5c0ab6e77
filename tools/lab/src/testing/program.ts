import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import type { LabHost } from '../host/lab-host.ts';

/** The folder of the bundled tools on a host; a program beside them finds koffi and the helper as they do. */
const installed = '/usr/lib/vm-tools/lib';

/** A program that has been put into dom0. */
export interface InstalledProgram {
  /** there: what `node` is to run */
  readonly path: string;
  remove(): Promise<void>;
}

/** Brings a TypeScript program of the project to dom0, where there are no sources: it is bundled here. */
export async function installProgram(host: LabHost, source: string): Promise<InstalledProgram> {
  const folder = await mkdtemp(join(tmpdir(), 'lab-program-'));
  const path = `${installed}/test-${randomUUID()}.mjs`;
  try {
    const outfile = join(folder, 'program.js');
    await build({
      entryPoints: [source],
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
    await host.put(outfile, path);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return {
    path,
    async remove() {
      await host.exec(['rm', '-f', path]);
    },
  };
}

/**
 * Runs a TypeScript program of the project in dom0: for tests that need the libraries themselves on real Xen.
 *
 * @returns what it wrote to stdout
 */
export async function runProgram(
  host: LabHost,
  source: string,
  words: readonly string[] = [],
  { timeoutMs = 240_000 }: { readonly timeoutMs?: number } = {},
): Promise<string> {
  const program = await installProgram(host, source);
  try {
    return await host.run(['node', program.path, ...words], { timeoutMs });
  } finally {
    await program.remove();
  }
}
