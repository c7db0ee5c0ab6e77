import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** An empty file on the host that is tested, which its Xen can open by this path. */
export interface ComplianceFile extends AsyncDisposable {
  readonly path: string;
  read(): Promise<Buffer>;
  /** bytes */
  size(): Promise<number>;
}

/** On this machine, for a Xen that is simulated here. */
export async function localFile(): Promise<ComplianceFile> {
  const folder = await mkdtemp(join(tmpdir(), 'image-'));
  const path = join(folder, 'image');
  await writeFile(path, '');
  return {
    path,
    read: () => readFile(path),
    size: async () => (await stat(path)).size,
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  };
}
