import type { Libxc } from '../../libxc.ts';
import type { CoreHead } from './core-head.ts';

const PAGE_BYTES = 4096;
/** Frames that are mapped by one call. */
const BATCH = 1024;
const PROT_READ = 1;
/** Frames that libxc leaves out of cores, whether they are pages or not: the hole of a VGA card, and that of devices. */
const LEFT_OUT = [
  [0xa0, 0xc0],
  [0xf0000, 0x100000],
] as const;
/** In the table: the page in its place was not there any more. */
const NO_FRAME = 0xffff_ffff_ffff_ffffn;

type Take = (pfn: number, page: Buffer) => boolean;

/**
 * The pages of a domain whose frames Xen translates, the table of their frames, and the end of the file. It looks no
 * further than the last page that Xen says the domain has.
 *
 * @param write returns false when the reader has gone
 * @returns false then
 */
export function dumpFrames(
  libxc: Libxc,
  domid: number,
  head: CoreHead,
  write: (bytes: Buffer) => boolean,
): boolean {
  const end = frameCount(libxc, domid);
  const { pages } = head;
  let leftOut = 0;
  for (const [first, last] of LEFT_OUT)
    forEachPage(libxc, domid, first, Math.min(last, end), () => {
      leftOut += 1;
      return true;
    });
  const frames = Buffer.alloc(pages * 8);
  const done = { found: 0, isRead: true };
  const take: Take = (pfn, page) => {
    frames.writeBigUInt64LE(BigInt(pfn), done.found * 8);
    done.found += 1;
    done.isRead = write(page);
    return done.isRead && done.found < pages;
  };
  for (const [first, last] of between(LEFT_OUT, end)) {
    for (let at = first; at < last && done.isRead && done.found + leftOut < pages; at += BATCH)
      forEachPage(libxc, domid, at, Math.min(at + BATCH, last), take);
  }
  for (; done.found < pages && done.isRead; done.found++) {
    frames.writeBigUInt64LE(NO_FRAME, done.found * 8);
    done.isRead = write(Buffer.alloc(PAGE_BYTES));
  }
  return done.isRead && write(frames) && write(head.names);
}

/** What lies between these ranges, and behind them up to the end. */
function between(ranges: typeof LEFT_OUT, end: number): (readonly [first: number, last: number])[] {
  const starts = [0, ...ranges.map(([, last]) => last)];
  const ends = [...ranges.map(([first]) => first), end];
  return starts.map((first, index) => [first, Math.min(ends[index] ?? end, end)] as const);
}

/** One more than the highest frame that the domain has. */
function frameCount(libxc: Libxc, domid: number): number {
  const count = Buffer.alloc(8);
  libxc.callOn('xc_domain_nr_gpfns', domid, count);
  return Number(count.readBigUInt64LE());
}

/** Maps a range, and gives each page that is there, until `take` has had enough. */
function forEachPage(libxc: Libxc, domid: number, first: number, last: number, take: Take): void {
  for (let at = first; at < last; at += BATCH) {
    const count = Math.min(BATCH, last - at);
    const pfns = Buffer.alloc(count * 8);
    for (let index = 0; index < count; index++) pfns.writeBigUInt64LE(BigInt(at + index), index * 8);
    const errors = Buffer.alloc(count * 4);
    const address = libxc.callOn('xc_map_foreign_bulk', domid, PROT_READ, pfns, errors, count);
    try {
      // One view for all: each is an object that only the event loop frees, which does not turn here.
      const mapped = libxc.native.view(address, count * PAGE_BYTES);
      for (let index = 0; index < count; index++) {
        if (errors.readInt32LE(index * 4) !== 0) continue;
        if (!take(at + index, mapped.subarray(index * PAGE_BYTES, (index + 1) * PAGE_BYTES))) return;
      }
    } finally {
      libxc.call('munmap', [address, count * PAGE_BYTES], domid);
    }
  }
}
