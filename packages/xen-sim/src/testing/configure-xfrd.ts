import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { TestHost } from './test-host.ts';

/** Writes the configuration file that xfrd reads on this host. */
export async function configureXfrd(host: TestHost, toml: string): Promise<void> {
  const path = join(host.simulated.root, 'etc/vm-tools/xfrd.toml');
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, toml);
}
