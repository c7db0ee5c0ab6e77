import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * A lock that no crash leaves behind: the name of an abstract unix socket, which the kernel gives to one process at a
 * time and takes back when that process ends, even by kill -9. Node has no flock, and a lock file would need somebody
 * to decide whether its owner still lives.
 *
 * @returns undefined when it is taken
 */
export async function lockByName(name: string): Promise<AsyncDisposable | undefined> {
  const digest = createHash('sha256').update(name).digest('hex');
  const server = createServer((socket) => socket.destroy());
  server.listen(`\0vm-tools-transfer-${digest.slice(0, 40)}`);
  try {
    await once(server, 'listening');
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'EADDRINUSE') return undefined;
    throw thrown;
  }
  server.unref(); // who holds it may still end
  return {
    async [Symbol.asyncDispose]() {
      if (!server.listening) return;
      server.close();
      await once(server, 'close');
    },
  };
}
