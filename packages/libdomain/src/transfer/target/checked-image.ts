import { finished, pipeline } from 'node:stream/promises';
import type { ImageOrigin } from '@vm-tools/ports';
import { checkImageFile, fileBytes, type CheckFileOptions, type OpenedImage } from '@vm-tools/xen-stream';
import type { FeedMemory } from '../../steps/memory/restore-memory.ts';
import { write } from '../write.ts';

/** A saved domain whose image is read and checked: by this process, or by one that may do nothing else. */
export interface CheckedImage {
  /** libxl's JSON, as it stands in the head of the image */
  readonly configJson: string;
  readonly feed: FeedMemory;
}

/**
 * An image in a file that no other user can change: it is checked as a whole before it is used, and libxc reads it by
 * itself where it can. A file that has changed meanwhile makes it fail.
 */
export async function checkedInFile(origin: ImageOrigin, options: CheckFileOptions): Promise<CheckedImage> {
  const { configJson, libxc } = await checkImageFile(origin, options);
  return {
    configJson,
    async feed(sink, signal) {
      let read = 0;
      const onRead = (bytes: number): void => {
        read += bytes;
        origin.onRead(bytes);
      };
      if (sink.readFrom === undefined) {
        await pipeline(fileBytes(origin, libxc.from, libxc.to, onRead), sink, { signal });
      } else {
        sink.readFrom({ path: origin.path, at: libxc.from }, onRead);
        await finished(sink, { signal });
      }
      await origin.requireSame();
      onRead((await origin.size()) - read); // what is around the libxc stream, and what was not told
    },
  };
}

/** An image that is read in this process. */
export function checkedHere(image: OpenedImage): CheckedImage {
  return {
    configJson: image.configJson,
    async feed(sink, signal) {
      const fill = async (): Promise<void> => {
        for await (const piece of image.pieces()) await write(sink, piece);
        sink.end();
      };
      await Promise.all([finished(sink, { signal }), fill()]); // a sink that fails need not wait for the next piece
      await image.finish();
    },
  };
}
