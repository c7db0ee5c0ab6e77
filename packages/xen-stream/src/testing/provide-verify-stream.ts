import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { unpackedPackage, whyNotAsked, XEN_UTILS } from './verify-stream-v2.ts';

const LIMIT_MS = 300_000;
const run = promisify(execFile);

/**
 * Sees to it that `askVerifyStream` can ask: takes Debian's package apart beside the checkout, because to install it
 * would make a Xen host of this machine. No root is needed, but Debian's lists of packages are.
 *
 * @returns why it cannot be asked all the same
 */
export async function provideVerifyStream(): Promise<string | undefined> {
  if (whyNotAsked() === undefined) return undefined;
  await mkdir(dirname(unpackedPackage), { recursive: true });
  const aside = await mkdtemp(`${unpackedPackage}-`);
  try {
    await download(aside);
    const [file = ''] = (await readdir(aside)).filter((name) => name.endsWith('.deb'));
    await run('dpkg-deb', ['--extract', join(aside, file), join(aside, 'root')]);
    await rename(join(aside, 'root'), unpackedPackage);
  } catch (error) {
    return `${XEN_UTILS} cannot be downloaded: ${String(error).trim()}`;
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
  return whyNotAsked();
}

/** A new machine knows no packages before the first update, for which one must be root. */
async function download(folder: string): Promise<void> {
  const get = (): Promise<unknown> =>
    run('apt-get', ['download', '-q', XEN_UTILS], { cwd: folder, timeout: LIMIT_MS });
  await get().catch(async (error: unknown) => {
    if (process.getuid?.() !== 0) throw error;
    await run('apt-get', ['update', '-q'], { timeout: LIMIT_MS });
    await get();
  });
}
