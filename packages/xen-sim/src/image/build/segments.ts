import { PAGE_BYTES } from '../../memory/index.ts';
import { XC_ERROR, type CallLog } from '../call-log.ts';

/** A run of the guest's pages that something was put in. */
export interface Segment {
  readonly pfn: number;
  readonly pages: number;
  /** of its first byte */
  readonly address: number;
}

/** Hands out the pages of a new guest from the lowest on, as xc_dom_alloc_segment does. */
export class Segments {
  readonly #totalPages: number;
  readonly #log: CallLog;
  #next = 0;

  constructor(totalPages: number, log: CallLog) {
    this.#totalPages = totalPages;
    this.#log = log;
  }

  /**
   * @param start where it must begin; right behind the last one unless given
   * @throws VmToolsError XEN_NO_MEMORY when the guest is too small for it
   */
  allocate(name: string, bytes: number, start?: bigint): Segment {
    if (start !== undefined) this.#padTo(start);
    const pfn = this.#next;
    const pages = Math.ceil(bytes / PAGE_BYTES);
    this.#take(name, pages);
    return { pfn, pages, address: pfn * PAGE_BYTES };
  }

  #padTo(start: bigint): void {
    const [page, next] = [BigInt(PAGE_BYTES), BigInt(this.#next)];
    const place = 'xg_dom_core.c';
    if (start % page !== 0n) {
      const text = `xc_dom_alloc_pad: segment boundary isn't page aligned (0x${start.toString(16)})`;
      throw this.#log.panic(`${place}:560`, text, XC_ERROR.internal);
    }
    if (start / page < next) {
      const text = `xc_dom_alloc_pad: segment boundary too low (0x${start.toString(16)} < 0x${(next * page).toString(16)})`;
      throw this.#log.panic(`${place}:567`, text, XC_ERROR.internal);
    }
    this.#take('padding', Number(start / page - next));
  }

  #take(name: string, pages: number): void {
    if (pages > this.#totalPages - this.#next) {
      const [wanted, total, used] = [pages, this.#totalPages, this.#next].map(
        (count) => `0x${count.toString(16)}`,
      );
      const text = `xc_dom_chk_alloc_pages: segment ${name} too large (${wanted} > ${total} - ${used} pages)`;
      throw this.#log.panic('xg_dom_core.c:536', text, XC_ERROR.outOfMemory);
    }
    this.#next += pages;
  }
}
