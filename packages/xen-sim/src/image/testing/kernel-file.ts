import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { guestKernel } from '../../host/guest-kernel.ts';

/** A file in a folder of its own, which goes with it. */
export interface TemporaryFile extends AsyncDisposable {
  readonly path: string;
}

/** @param content that of the simulator's own kernel unless given */
export async function kernelFile(content: Uint8Array | string = guestKernel()): Promise<TemporaryFile> {
  const folder = await mkdtemp(join(tmpdir(), 'vm-tools-kernel-'));
  const path = join(folder, 'kernel');
  await writeFile(path, content);
  return { path, [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) };
}
