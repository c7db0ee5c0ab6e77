import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { VmToolsError, within } from '@vm-tools/errors';

const TOKEN_CHARACTERS = 64;
/** The limits of callers. */
export interface FeedLimits {
  /** Connections at the same time. @default 1024 */
  readonly connections: number;
  /** On the same machine a call comes at once or never, unless the processors are busy with hundreds. @default 60000 */
  readonly callMs: number;
}

/**
 * The socket at which the keeper, and the helper that restores for it, call for the bytes of an image, in a folder into
 * which no other user may look. Each call is for one image, which it names by a token.
 */
export class FeedServer {
  readonly #server: Server;
  readonly #expected = new Map<string, (socket: Socket) => void>();
  readonly #callMs: number;

  constructor({ connections = 1024, callMs = 60_000 }: Partial<FeedLimits> = {}) {
    this.#callMs = callMs;
    this.#server = createServer({ allowHalfOpen: true }, (socket) => {
      socket.on('error', () => undefined);
      this.#greet(socket).catch(() => socket.destroy());
    });
    this.#server.on('error', () => undefined); // of one call that could not be accepted: there are others
    this.#server.maxConnections = connections;
  }

  async listen(at: { readonly fd: number } | { readonly path: string }): Promise<void> {
    await once(this.#server.listen(at), 'listening');
  }

  close(): void {
    this.#server.close();
  }

  /** The connection of the caller that knows this. */
  expect(token: string, signal?: AbortSignal): Promise<Socket> {
    const { promise, resolve } = Promise.withResolvers<Socket>();
    this.#expected.set(token, resolve);
    const late = { code: 'XFRD_RECEIVER_LOST', message: 'the keeper has not called for the image' };
    return within(promise, this.#callMs, late, signal).finally(() => this.#expected.delete(token));
  }

  async #greet(socket: Socket): Promise<void> {
    const token = await within(readToken(socket), this.#callMs, {
      code: 'XFRD_RECEIVER_LOST',
      message: 'no token',
    });
    const take = this.#expected.get(token);
    if (take === undefined) socket.destroy();
    else take(socket);
  }
}

async function readToken(socket: Socket): Promise<string> {
  let token = '';
  while (token.length < TOKEN_CHARACTERS) {
    // Reads what is there, and no more: a wait for more would end at once, for ever, because something is there.
    const bytes = socket.read(
      Math.min(socket.readableLength, TOKEN_CHARACTERS - token.length),
    ) as Buffer | null;
    if (bytes !== null) token += bytes.toString('latin1');
    else if (socket.readableEnded || socket.destroyed)
      throw new VmToolsError({ code: 'XFRD_RECEIVER_LOST', message: 'it was no caller' });
    else await somethingFrom(socket);
  }
  return token;
}

/** There are bytes, or there will be no more. */
async function somethingFrom(socket: Socket): Promise<void> {
  const heard = new AbortController();
  const { signal } = heard;
  try {
    await Promise.race(['readable', 'end', 'close'].map((event) => once(socket, event, { signal })));
  } finally {
    heard.abort();
  }
}
