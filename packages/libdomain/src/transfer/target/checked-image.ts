import { pipeline } from 'node:stream/promises';
import type { OpenedImage } from '@vm-tools/xen-stream';
import type { FeedMemory } from '../../steps/memory/restore-memory.ts';

/** A saved domain whose image is read and checked: by this process, or by one that may do nothing else. */
export interface CheckedImage {
  /** libxl's JSON, as it stands in the head of the image */
  readonly configJson: string;
  readonly feed: FeedMemory;
}

/** An image that is read in this process. */
export function checkedHere(image: OpenedImage): CheckedImage {
  return {
    configJson: image.configJson,
    async feed(sink, signal) {
      await pipeline(image.libxc, sink, { signal });
      await image.finish();
    },
  };
}
