import { isAnswered } from '@vm-tools/cli';
import { VmToolsError } from '@vm-tools/errors';
import { holderNow, tryLock } from '@vm-tools/locks';
import { once } from 'node:events';
import { mkdir, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { dirname } from 'node:path';

/**
 * Makes this process the only one of its kind, by a lock that the kernel releases with it, and listens on a unix
 * socket, where other tools can ask whether it runs.
 *
 * @returns undefined when another process is that already
 * @throws VmToolsError MONITOR_SOCKET, LOCK_FAILED
 */
export async function takeLock(socketPath: string): Promise<AsyncDisposable | undefined> {
  await using taken = new AsyncDisposableStack();
  await mkdir(dirname(socketPath), { recursive: true, mode: 0o700 });
  const lock = await tryLock(`${socketPath}.lock`, { holder: holderNow('vm-monitor') });
  if (lock === undefined) return undefined;
  taken.use(lock);
  if (await isAnswered(socketPath)) return undefined; // one of an earlier release, which had no lock
  await rm(socketPath, { force: true }); // what a crash has left
  taken.use(await listen(socketPath));
  return taken.move();
}

async function listen(socketPath: string): Promise<AsyncDisposable> {
  const server = createServer((socket) => socket.destroy()); // to be answered is all that callers want
  server.on('error', () => undefined); // of one call that could not be accepted: there are others
  try {
    await once(server.listen(socketPath), 'listening');
  } catch (cause) {
    throw new VmToolsError({
      code: 'MONITOR_SOCKET',
      message: `cannot listen on ${socketPath}: ${(cause as NodeJS.ErrnoException).code}`,
      hint: 'run it as root, and check the folder and its mode',
      cause,
    });
  }
  return {
    [Symbol.asyncDispose]: async () => {
      server.close(); // also removes the file
      await once(server, 'close');
    },
  };
}
