import type { PageBatch } from '../libxc/page-data.ts';
import { PfnBitmap } from '../libxc/pfn-bitmap.ts';
import { PAGE_BYTES } from '../libxc/record-type.ts';
import type { StreamFile } from '../libxc/verify-file.ts';
import { readPages, type PageStretch } from './read-pages.ts';

/** Where extracted pages go: anything that can be written at any place, and is zeros where it has not been. */
export interface PagePlace {
  /** @param bytes are used for something else when it has resolved */
  write(bytes: Buffer, position: number): Promise<void>;
  /** Makes zeros of what has been written. */
  clear(position: number, bytes: number): Promise<void>;
}

/** The pages that are wanted, by their numbers, both included. */
export interface PfnRange {
  readonly first: number;
  readonly last: number;
}

const ZEROS = Buffer.alloc(PAGE_BYTES);

/**
 * Takes pages out of an image: of each what has come last. The page with the number `first` lies at the beginning of the
 * place. It remembers two bits for each page.
 */
export class PageExtractor {
  readonly #file: StreamFile;
  readonly #place: PagePlace;
  readonly #first: number;
  readonly #last: number;
  /** by their distance from the first one */
  readonly #there: PfnBitmap;
  readonly #written: PfnBitmap;
  #end = 0;

  constructor(file: StreamFile, place: PagePlace, { first, last }: PfnRange) {
    this.#file = file;
    this.#place = place;
    this.#first = first;
    this.#last = last;
    this.#there = new PfnBitmap(last - first + 1);
    this.#written = new PfnBitmap(last - first + 1);
  }

  /** How many of the pages the domain has. */
  get pages(): number {
    return this.#there.size;
  }

  /** Behind the last page that the domain has, or has had: bytes from the beginning of the place. */
  get end(): number {
    return this.#end;
  }

  /** Takes the pages of a record: for `onPages` of `openImageFile`. */
  async take(batch: PageBatch): Promise<void> {
    const isWanted = (pfn: number): boolean => pfn >= this.#first && pfn <= this.#last;
    for await (const stretch of readPages(this.#file, batch, isWanted)) {
      if (stretch.news === 'contents') await this.#takeContents(stretch);
      else for (const pfn of stretch.pfns) await this.#takeNews(pfn - this.#first, stretch.news === 'any');
    }
  }

  /** The runs of wanted pages that the domain does not have. */
  *missing(): Generator<PfnRange, void> {
    const count = this.#last - this.#first + 1;
    for (let at = 0; at < count; at++) {
      if (this.#there.has(at)) continue;
      const first = at;
      while (at + 1 < count && !this.#there.has(at + 1)) at++;
      yield { first: this.#first + first, last: this.#first + at };
    }
  }

  /** In as few writes as can be. */
  async #takeContents({ pfns, bytes }: PageStretch): Promise<void> {
    for (let index = 0; index < pfns.length;) {
      const page = (pfns[index] ?? 0) - this.#first;
      let count = 0;
      while (pfns[index + count] === this.#first + page + count && !isZero(bytes, index + count)) {
        this.#note(page + count);
        this.#written.add(page + count);
        count++;
      }
      if (count > 0) {
        const from = index * PAGE_BYTES;
        await this.#place.write(bytes.subarray(from, from + count * PAGE_BYTES), page * PAGE_BYTES);
      } else {
        this.#note(page);
        await this.#clear(page);
        count = 1;
      }
      index += count;
    }
  }

  async #takeNews(page: number, isThere: boolean): Promise<void> {
    if (isThere) this.#note(page);
    else this.#there.delete(page);
    await this.#clear(page);
  }

  #note(page: number): void {
    this.#there.add(page);
    this.#end = Math.max(this.#end, (page + 1) * PAGE_BYTES);
  }

  async #clear(page: number): Promise<void> {
    if (this.#written.delete(page)) await this.#place.clear(page * PAGE_BYTES, PAGE_BYTES);
  }
}

function isZero(bytes: Buffer, page: number): boolean {
  return ZEROS.compare(bytes, page * PAGE_BYTES, (page + 1) * PAGE_BYTES) === 0;
}
