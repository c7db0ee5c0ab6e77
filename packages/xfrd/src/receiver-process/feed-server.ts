import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { VmToolsError, within } from '@vm-tools/errors';

const TOKEN_CHARACTERS = 64;
/** On the same machine: at once or never, unless hundreds are received and their processors are busy. */
const CALL_MS = 60_000;

/**
 * Where the keeper, and the helper that restores for it, call for the bytes of an image: a socket in a folder into
 * which nobody else may look. Each call is for one image, which it names by a token.
 */
export class FeedServer {
  readonly #server: Server;
  readonly #expected = new Map<string, (socket: Socket) => void>();

  constructor() {
    this.#server = createServer({ allowHalfOpen: true }, (socket) => {
      socket.on('error', () => undefined);
      this.#greet(socket).catch(() => socket.destroy());
    });
    this.#server.maxConnections = 1024;
  }

  async listen(at: { readonly fd: number } | { readonly path: string }): Promise<void> {
    await once(this.#server.listen(at), 'listening');
  }

  close(): void {
    this.#server.close();
  }

  /** The connection of whoever knows this. */
  expect(token: string): Promise<Socket> {
    const { promise, resolve } = Promise.withResolvers<Socket>();
    this.#expected.set(token, resolve);
    const late = { code: 'XFRD_RECEIVER_LOST', message: 'nobody has called for the image' };
    return within(promise, CALL_MS, late).finally(() => this.#expected.delete(token));
  }

  async #greet(socket: Socket): Promise<void> {
    const token = await within(readToken(socket), CALL_MS, {
      code: 'XFRD_RECEIVER_LOST',
      message: 'no token',
    });
    const take = this.#expected.get(token);
    if (take === undefined) socket.destroy();
    else take(socket);
  }
}

async function readToken(socket: Socket): Promise<string> {
  while (true) {
    const bytes = socket.read(TOKEN_CHARACTERS) as Buffer | null;
    if (bytes?.length === TOKEN_CHARACTERS) return bytes.toString('latin1');
    if (bytes !== null || socket.destroyed)
      throw new VmToolsError({ code: 'XFRD_RECEIVER_LOST', message: 'it was no caller' });
    await Promise.race([once(socket, 'readable'), once(socket, 'close')]);
  }
}
