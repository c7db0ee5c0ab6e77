import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { abortError } from '@vm-tools/errors';
import type { Offer, SaveControl, SaveReport, Source } from '@vm-tools/ports';
import { asVmToolsError } from '../protocol/remote-error.ts';
import { openImageFile } from './image-reader.ts';
import { counted } from '../image/counted.ts';
import { unpacked } from './unpacked.ts';

/**
 * A guest that has been saved, as a source: its file goes to a peer as if the guest were saved now. The file stays what
 * it is, whether the guest comes to run elsewhere or not, so that one image may go to many hosts. A caller that sends
 * it more than once must keep the copies from writing to the same disks.
 *
 * @param offer as `describe` of the source returned it at the save: nothing here can read it from the image
 */
export function fileSource(path: string, offer: Offer): Source {
  const unmoved = `saved in ${path}`;
  return {
    unmoved,
    // It does not run while it is copied.
    describe: () => Promise.resolve({ ...offer, live: false }),
    async check() {
      try {
        await using _ = await openImageFile(path);
        return [{ name: 'image-file' }];
      } catch (thrown) {
        return [{ name: 'image-file', error: asVmToolsError(thrown) }];
      }
    },
    async save(sink, control) {
      try {
        return await copy(path, sink, control);
      } catch (thrown) {
        const { signal } = control;
        const error = signal.aborted ? abortError(signal, `sending ${path}`) : asVmToolsError(thrown);
        throw error.with({ guest: { name: offer.name, uuid: offer.uuid, state: unmoved } });
      }
    },
    // The file is open while it is copied, and nothing runs.
    confirm: () => Promise.resolve(),
    resume: () => Promise.resolve(),
    destroy: () => Promise.resolve(),
  };
}

async function copy(
  path: string,
  sink: Parameters<Source['save']>[0],
  { signal, onProgress }: SaveControl,
): Promise<SaveReport> {
  const suspendedAt = performance.now();
  await using file = await openImageFile(path);
  let read = 0;
  let bytes = 0;
  const tell = (phase: 'stop-and-copy' | 'finishing'): void => {
    onProgress({
      phase,
      iteration: 1,
      remaining: file.bytes - read,
      total: file.bytes,
      at: performance.now(),
    });
  };
  const told = async function* (chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void> {
    for await (const chunk of chunks) {
      tell('stop-and-copy');
      yield chunk;
      read += chunk.length;
    }
  };
  let failure: Error | undefined;
  const chunks = told(file.stream((error) => (failure = error)));
  try {
    await pipeline(
      file.isPacked ? unpacked(Readable.from(chunks, { objectMode: false })) : chunks,
      counted((length) => (bytes += length)),
      sink,
      { signal },
    );
  } catch (thrown) {
    throw failure ?? thrown;
  }
  tell('finishing');
  return { iterations: 1, pages: 0, bytes, suspendedAt };
}
