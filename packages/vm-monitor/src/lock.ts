import { isAnswered } from '@vm-tools/cli';
import { VmToolsError } from '@vm-tools/errors';
import { once } from 'node:events';
import { rmSync, statSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { createServer } from 'node:net';
import { dirname } from 'node:path';

/**
 * Makes this process the only one of its kind by listening on a unix socket: the kernel ends that with the process,
 * however it ends, and others can ask whether anybody is there.
 * @returns undefined when another process holds it
 * @throws VmToolsError MONITOR_SOCKET
 */
export async function takeLock(socketPath: string): Promise<AsyncDisposable | undefined> {
  await mkdir(dirname(socketPath), { recursive: true, mode: 0o700 });
  const first = await listen(socketPath);
  if (first) return first;
  const found = inodeOf(socketPath);
  if (await isAnswered(socketPath)) return undefined;
  // What a crash has left; unless another process has just now put its own in that place.
  if (found !== undefined && inodeOf(socketPath) === found) rmSync(socketPath);
  return listen(socketPath);
}

function inodeOf(path: string): bigint | undefined {
  return statSync(path, { bigint: true, throwIfNoEntry: false })?.ino;
}

async function listen(socketPath: string): Promise<AsyncDisposable | undefined> {
  const server = createServer((socket) => socket.destroy()); // to be answered is all that callers want
  try {
    await once(server.listen(socketPath), 'listening');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'EADDRINUSE') return undefined;
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
