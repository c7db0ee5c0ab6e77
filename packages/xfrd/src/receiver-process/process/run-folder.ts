import { chmod, lstat, mkdir, readdir, realpath, rm } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { VmToolsError } from '@vm-tools/errors';

const FOLDER = 'run/vm-tools';
const FEED = /^feed-(\d+)\.sock$/;

/**
 * The folder of the sockets of this host, into which no other user may look: every caller of a socket in it is this
 * user. A folder of another user, or a link that leads out of the root, is not used: that user would be asked in the
 * place of a daemon, or have files made and removed anywhere.
 *
 * @throws VmToolsError XFRD_RUN_FOLDER
 */
export async function openRunFolder(root: string): Promise<string> {
  const folder = join(root, FOLDER);
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const { uid, mode } = await lstat(folder);
    const [within, real] = await Promise.all([realpath(root), realpath(folder)]);
    if (uid !== process.getuid?.()) throw unsafe(folder, 'it belongs to another user');
    if (!real.startsWith(within === sep ? sep : within + sep)) throw unsafe(folder, `it leads to ${real}`);
    if ((mode & 0o077) !== 0) await chmod(folder, 0o700);
    return folder;
  } catch (thrown) {
    if (thrown instanceof VmToolsError) throw thrown;
    throw unsafe(folder, (thrown as NodeJS.ErrnoException).code ?? 'it cannot be made', thrown);
  }
}

/**
 * The socket at which the bytes of images are fetched from the receiver. Those of an xfrd that was killed are removed.
 */
export async function feedPath(root: string, pid = process.pid): Promise<string> {
  const folder = await openRunFolder(root);
  for (const file of await readdir(folder)) {
    const owner = FEED.exec(file)?.[1];
    if (owner !== undefined && !isAlive(Number(owner))) await rm(join(folder, file), { force: true });
  }
  return join(folder, `feed-${pid}.sock`);
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (thrown) {
    return (thrown as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function unsafe(folder: string, why: string, cause?: unknown): VmToolsError {
  return new VmToolsError({
    code: 'XFRD_RUN_FOLDER',
    kind: 'usage',
    message: `${folder} cannot hold the sockets of this host: ${why}`,
    hint: `see whose it is; remove it, or run xfrd as its owner`,
    cause,
    details: { folder },
  });
}
