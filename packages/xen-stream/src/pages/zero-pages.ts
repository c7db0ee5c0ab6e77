import type { PageBatch } from '../libxc/page-data.ts';
import { PfnBitmap } from '../libxc/pfn-bitmap.ts';
import { PAGE_BYTES } from '../libxc/record-type.ts';
import type { StreamFile } from '../libxc/verify-file.ts';
import { readPages } from './read-pages.ts';

const MAX_PFNS = 2 ** 32;
const ZEROS = Buffer.alloc(PAGE_BYTES);

/** Finds out how much of the memory in an image is nothing but zeros. It remembers a bit for each page. */
export class ZeroPages {
  readonly #file: StreamFile;
  readonly #zero = new PfnBitmap(MAX_PFNS);

  constructor(file: StreamFile) {
    this.#file = file;
  }

  /** Pages of the domain, 4 KiB each, that are zeros by what has come last of each. */
  get count(): number {
    return this.#zero.size;
  }

  /** Reads the pages of a record: for `onPages` of `openImageFile`. */
  async take(batch: PageBatch): Promise<void> {
    for await (const { news, pfns, bytes } of readPages(this.#file, batch)) {
      pfns.forEach((pfn, index) => {
        const from = index * PAGE_BYTES;
        const isZero = news === 'contents' && ZEROS.compare(bytes, from, from + PAGE_BYTES) === 0;
        if (isZero) this.#zero.add(pfn);
        else this.#zero.delete(pfn);
      });
    }
  }
}
