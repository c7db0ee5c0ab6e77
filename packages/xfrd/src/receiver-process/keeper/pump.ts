import { connect } from 'node:net';
import type { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';

const BUFFER_BYTES = 256 * 1024;

/**
 * Calls a socket of this machine, says a word, and moves what comes into a sink, up to its end. It all goes through one
 * buffer, which is read into again when the sink has done with it: the bytes are neither looked at nor kept.
 */
export async function pump(path: string, word: string, sink: Writable, signal: AbortSignal): Promise<void> {
  const socket = connect({
    path,
    onread: {
      buffer: Buffer.allocUnsafe(BUFFER_BYTES),
      callback(length, bytes) {
        sink.write(bytes.subarray(0, length), (error) => {
          if (error) socket.destroy();
          else socket.resume();
        });
        return false; // until then nothing more
      },
    },
  });
  socket.once('connect', () => socket.write(word));
  socket.once('end', () => sink.end());
  for (const stream of [socket, sink]) stream.on('error', () => undefined); // `finished` tells
  // Behind its end this does no harm; without one nothing more will come.
  socket.once('close', () => {
    if (!sink.writableEnded) sink.destroy(new Error('the connection for the image was lost'));
  });
  try {
    await finished(sink, { signal });
  } catch (thrown) {
    sink.destroy(thrown as Error);
    throw thrown;
  } finally {
    socket.destroy();
  }
}
