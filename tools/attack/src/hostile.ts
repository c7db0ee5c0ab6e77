import { once } from 'node:events';
import { connect as connectPlain, type Socket } from 'node:net';
import { connect as connectSecure } from 'node:tls';
import type { Duplex } from 'node:stream';
import type { Prey, Shown } from './prey.ts';

/**
 * Longer than any limit of xfrd in a scene: a connection that is still there then has been forgotten, which is a
 * finding.
 */
const FORGOTTEN_MS = 180_000;

/**
 * Calls xfrd and behaves like that; resolves when the connection has ended, with the code that was heard, or "dropped".
 *
 * @param shown undefined for a caller that does not speak TLS
 */
export async function call(
  { port }: Prey,
  shown: Shown | undefined,
  behave: (stream: Duplex, socket: Socket) => void,
): Promise<string> {
  const socket = connectPlain({ host: '127.0.0.1', port });
  const stream: Duplex = shown === undefined ? socket : secured(socket, shown);
  for (const each of [socket, stream]) each.on('error', () => undefined);
  let heard = '';
  stream.on('data', (chunk: Buffer) => {
    heard += chunk.toString('latin1');
    stream.emit('heard', heard);
  });
  stream.once('end', () => stream.destroy());
  const closed = once(socket, 'close');
  const forgotten = setTimeout(() => {
    heard = '"code":"FORGOTTEN"';
    socket.destroy();
  }, FORGOTTEN_MS);
  behave(stream, socket);
  await closed.catch(() => undefined);
  clearTimeout(forgotten);
  return /"code":"([A-Z_]+)"/.exec(heard)?.[1] ?? (heard.includes('{}') ? 'UNKNOWN' : 'dropped');
}

function secured(socket: Socket, { key, cert }: Shown): Duplex {
  return connectSecure({
    socket,
    ...(key === undefined || cert === undefined ? {} : { key, cert }),
    minVersion: 'TLSv1.3',
    rejectUnauthorized: false,
  });
}
