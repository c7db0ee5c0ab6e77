import type { VmToolsError } from '@vm-tools/errors';
import { asBuffer, paddedTo8 } from '../bytes.ts';
import { corrupt, streamError, type StreamPlace } from '../error.ts';
import {
  checkLibxcMagic,
  IMAGE_HEADER_BYTES,
  LIBXC_HEADER_BYTES,
  parseImageHeader,
  parseLibxcHeader,
} from './header.ts';
import type { LibxcHeader } from './header.ts';
import { checkPageDataHead, pageBatch, pageDataHeadBytes, type PageBatch } from './page-data.ts';
import { checkRecordBody, checkRecordHeader } from './record-rules.ts';
import { PAGE_BYTES, RECORD, RECORD_HEADER_BYTES, recordName } from './record-type.ts';
import { newStreamState, type StreamState } from './stream-state.ts';

/** 1 TiB of guest: a bitmap of 32 MiB at the worst. */
const DEFAULT_MAX_PFNS = 2 ** 28;
/** How often the memory of a domain may come, in all rounds together: a busy one is sent some 30 times, and then forced. */
const MOST_COPIES = 256;
const NOTHING = Buffer.alloc(0);

/** The expected domain of a libxc stream, and the bounds of the stream. */
export interface LibxcVerifierOptions {
  /**
   * One more than the highest pfn that is accepted; what bounds the verifier's memory, which is a bit for each pfn up
   * to the highest one seen. At most 2 ** 32.
   *
   * @default 2 ** 28
   */
  readonly maxPfns?: number | undefined;
  /**
   * How many pfns may have memory at the same time: what the domain was said to need. The record that exceeds it is
   * refused, and so is the one with which pages have come so often that no live domain explains it.
   *
   * @default all of them
   */
  readonly maxPages?: number | undefined;
  /** Refuse the other type of domain. HVM cannot be told from PVH by the stream. @default either is fine */
  readonly expect?: 'pv' | 'pvh' | undefined;
  /** Refuse what a newer Xen wrote: an older one finds out at the end, when it has read all memory. @default any */
  readonly newestXen?: XenRelease | undefined;
  /** The offset of the stream in its file: it is added to the offsets of errors. @default 0 */
  readonly baseOffset?: number;
  /**
   * Do not pass on records that list nothing but pfns without memory. A PVH guest has a few pages right below 4 GiB,
   * so libxc goes through a million pfns and writes 8 MiB about where there is nothing; a restore looks at them and
   * does nothing. A PV guest's list is as long as its memory, and its restore remembers their types: it stays whole.
   *
   * @default false
   */
  readonly leaveOutHoles?: boolean;
  /** Told of each PAGE_DATA record when its head has been checked, before its pages come. */
  readonly onPages?: ((batch: PageBatch) => void) | undefined;
}

/** A release of Xen. */
export interface XenRelease {
  readonly major: number;
  readonly minor: number;
}

/** The counts so far. Pages are of 4 KiB. */
export interface LibxcCounts {
  /** checked bytes, headers and padding included */
  readonly bytes: number;
  /** of these, bytes that were not passed on: `leaveOutHoles` */
  readonly leftOutBytes: number;
  readonly records: number;
  /** PAGE_DATA records */
  readonly pageRecords: number;
  /** pages with data */
  readonly pages: number;
  /** of these, pages that had been sent before: what the rounds of a live save cost */
  readonly duplicatePages: number;
  /** entries for pfns without memory: the holes of a guest's address space, mostly */
  readonly absentPfns: number;
  /** distinct pfns that have memory now */
  readonly populatedPfns: number;
}

/**
 * Checks a libxc stream as it goes by, before libxenguest sees it: libxenguest trusts its sender far more than one
 * should trust a network or a disk. Every record is checked for type, order, length and contents; the contents of
 * pages are the guest's business, and are neither looked at nor kept.
 *
 * A verifier that has thrown is done with; the bytes that it had passed before are sound.
 */
export class LibxcVerifier {
  readonly #maxPfns: number;
  readonly #maxPages: number;
  readonly #expect: 'pv' | 'pvh' | undefined;
  readonly #newestXen: XenRelease | undefined;
  readonly #baseOffset: number;
  readonly #leaveOutHoles: boolean;
  readonly #onPages: LibxcVerifierOptions['onPages'];
  readonly #recordsByType = new Map<number, number>();
  readonly #counts = {
    bytes: 0,
    leftOutBytes: 0,
    records: 0,
    pageRecords: 0,
    pages: 0,
    duplicatePages: 0,
    absentPfns: 0,
    populatedPfns: 0,
  };
  #state: StreamState | undefined;

  // The stream is cut into units that are checked as a whole: the headers, a small record, the head of a PAGE_DATA
  // record. A unit is looked at where it lies if one chunk holds all of it; otherwise it is collected in `#staged`.
  // How long a unit is shows only after its first bytes: `#unitBytes` is what must be there for the next look.
  #unitBytes = IMAGE_HEADER_BYTES;
  #staged: Buffer = NOTHING;
  #stagedBytes = 0;
  #pageBytesLeft = 0;
  #isLeftOut = false;

  constructor(options: LibxcVerifierOptions = {}) {
    this.#maxPfns = Math.min(options.maxPfns ?? DEFAULT_MAX_PFNS, 2 ** 32);
    this.#maxPages = options.maxPages ?? Infinity;
    this.#expect = options.expect;
    this.#newestXen = options.newestXen;
    this.#baseOffset = options.baseOffset ?? 0;
    this.#leaveOutHoles = options.leaveOutHoles ?? false;
    this.#onPages = options.onPages;
  }

  /** Both headers; undefined until they have come. */
  get header(): LibxcHeader | undefined {
    return this.#state?.header;
  }

  get counts(): LibxcCounts {
    return this.#counts;
  }

  /** How many records of each kind have come so far, by their names: `{ PAGE_DATA: 12, … }`, in the order of the first ones. */
  get recordsByName(): Readonly<Record<string, number>> {
    return Object.fromEntries([...this.#recordsByType].map(([type, count]) => [recordName(type), count]));
  }

  /** Whether END has come: what follows in the input is not part of the stream. */
  get isComplete(): boolean {
    return this.#state?.phase === 'end';
  }

  /** The bytes of pages that come next: their contents are looked at by no check. */
  get pageBytesLeft(): number {
    return this.#pageBytesLeft;
  }

  /** Counts so many of `pageBytesLeft` as passed, by a caller that knows that they are there. */
  skip(pageBytes: number): void {
    this.#pageBytesLeft -= pageBytes;
    this.#counts.bytes += pageBytes;
  }

  /**
   * Takes the next bytes, in chunks of any size.
   *
   * @param pass gets bytes in order, as soon as the unit that they belong to has been checked; they may share memory
   *   with the chunk
   * @returns how many bytes of the chunk belong to the stream: all of them, unless END has come
   * @throws VmToolsError STREAM_FOREIGN, STREAM_CORRUPT, STREAM_UNSUPPORTED, STREAM_TOO_LARGE
   */
  push(chunk: Uint8Array, pass: (bytes: Buffer) => void = () => undefined): number {
    const bytes = asBuffer(chunk);
    let at = 0;
    let passed = 0; // what lies between it and `at` has been checked
    while (at < bytes.length && !this.isComplete) {
      const left = bytes.length - at;
      if (this.#pageBytesLeft > 0) {
        const pageBytes = Math.min(left, this.#pageBytesLeft);
        this.skip(pageBytes);
        at += pageBytes;
      } else if (this.#stagedBytes === 0 && left >= this.#unitBytes) {
        const unit = bytes.subarray(at, at + this.#unitBytes);
        if (this.#checkUnit(unit)) {
          if (this.#isLeftOut) {
            if (at > passed) pass(bytes.subarray(passed, at));
            passed = at + unit.length;
          }
          at += unit.length;
        }
      } else {
        if (at > passed) pass(bytes.subarray(passed, at));
        at += this.#stage(bytes.subarray(at));
        passed = at;
        if (this.#stagedBytes === this.#unitBytes) {
          const unit = this.#staged.subarray(0, this.#stagedBytes);
          if (this.#checkUnit(unit)) {
            this.#staged = NOTHING;
            this.#stagedBytes = 0;
            if (!this.#isLeftOut) pass(unit);
          }
        }
      }
    }
    if (at > passed) pass(bytes.subarray(passed, at));
    return at;
  }

  /**
   * The same where nothing may follow the stream.
   *
   * @throws VmToolsError STREAM_CORRUPT when something does; what `push` throws
   */
  pushAll(chunk: Uint8Array, pass?: (bytes: Buffer) => void): void {
    if (this.push(chunk, pass) === chunk.length) return;
    const { bytes, records } = this.#counts;
    throw corrupt('bytes follow it', {
      offset: this.#baseOffset + bytes,
      record: recordName(RECORD.END),
      recordIndex: records - 1,
    });
  }

  /**
   * Says that there is no more input.
   *
   * @throws VmToolsError STREAM_TRUNCATED unless END has come; STREAM_FOREIGN if what came was not even a beginning
   */
  finish(): void {
    if (this.isComplete) return;
    if (this.#state === undefined)
      checkLibxcMagic(this.#staged.subarray(0, this.#stagedBytes), this.#baseOffset);
    throw this.#truncated();
  }

  /** Copies what it can use of the bytes; returns how many. */
  #stage(bytes: Buffer): number {
    if (this.#staged.length < this.#unitBytes) {
      const grown = Buffer.allocUnsafe(this.#unitBytes);
      this.#staged.copy(grown, 0, 0, this.#stagedBytes);
      this.#staged = grown;
    }
    const copied = bytes.copy(this.#staged, this.#stagedBytes, 0, this.#unitBytes - this.#stagedBytes);
    this.#stagedBytes += copied;
    return copied;
  }

  /** Looks at a unit. If it turns out to be longer, notes how much must be there for the next look: false. */
  #checkUnit(unit: Buffer): boolean {
    const bytes = this.#state === undefined ? this.#checkHeaders(unit) : this.#checkRecord(unit, this.#state);
    if (bytes > unit.length) {
      this.#unitBytes = bytes;
      return false;
    }
    this.#counts.bytes += bytes;
    if (this.#isLeftOut) this.#counts.leftOutBytes += bytes;
    this.#unitBytes = RECORD_HEADER_BYTES;
    return true;
  }

  #checkHeaders(unit: Buffer): number {
    if (unit.length < LIBXC_HEADER_BYTES) {
      parseImageHeader(unit, this.#baseOffset);
      return LIBXC_HEADER_BYTES;
    }
    const header = parseLibxcHeader(unit, this.#baseOffset);
    const place = { offset: this.#baseOffset + IMAGE_HEADER_BYTES, record: 'libxc domain header' };
    if (this.#expect !== undefined && (this.#expect === 'pv') !== (header.type === 'pv'))
      throw corrupt(`it is of type ${header.type}, but the domain is ${this.#expect}`, place);
    if (this.#newestXen !== undefined) requireKnown(header, this.#newestXen, place);
    this.#state = newStreamState(header, { maxPfns: this.#maxPfns, maxPages: this.#maxPages });
    return LIBXC_HEADER_BYTES;
  }

  #checkRecord(unit: Buffer, state: StreamState): number {
    const counts = this.#counts;
    const type = unit.readUInt32LE(0);
    const length = unit.readUInt32LE(4);
    const offset = this.#baseOffset + counts.bytes;
    const place: StreamPlace = { offset, record: recordName(type), recordIndex: counts.records };
    if (unit.length === RECORD_HEADER_BYTES) checkRecordHeader(type, length, state, place);

    const isPageData = type === RECORD.PAGE_DATA;
    const unitBytes = isPageData
      ? pageDataHeadBytes(unit, length, place)
      : RECORD_HEADER_BYTES + paddedTo8(length);
    if (unit.length < unitBytes) return unitBytes;

    this.#isLeftOut = false;
    if (isPageData) {
      const { pages, duplicates, absent, isHole } = checkPageDataHead(unit, length, state, place);
      this.#isLeftOut = isHole && this.#leaveOutHoles && state.header.type === 'hvm';
      this.#pageBytesLeft = pages * PAGE_BYTES;
      counts.pageRecords++;
      counts.pages += pages;
      if (counts.pages > MOST_COPIES * this.#maxPages) {
        const problem = `more than ${MOST_COPIES} times the memory of the domain has come`;
        throw streamError('STREAM_TOO_LARGE', problem, place);
      }
      counts.duplicatePages += duplicates;
      counts.absentPfns += absent;
      counts.populatedPfns = state.populated.size;
      this.#onPages?.(pageBatch(unit, offset + unitBytes));
    } else {
      checkRecordBody(type, unit.subarray(RECORD_HEADER_BYTES), length, state, place);
    }
    counts.records++;
    this.#recordsByType.set(type, (this.#recordsByType.get(type) ?? 0) + 1);
    return unitBytes;
  }

  #truncated(): VmToolsError {
    const { bytes, records } = this.#counts;
    const offset = this.#baseOffset + bytes + this.#stagedBytes;
    const problem = 'the bytes end before the stream does';
    if (this.#state === undefined)
      return streamError('STREAM_TRUNCATED', problem, { offset, record: 'libxc header' });
    if (this.#pageBytesLeft > 0) {
      const place = { offset, record: recordName(RECORD.PAGE_DATA), recordIndex: records - 1 };
      return streamError('STREAM_TRUNCATED', problem, place);
    }
    const isTypeKnown = this.#stagedBytes >= RECORD_HEADER_BYTES;
    const record = isTypeKnown ? recordName(this.#staged.readUInt32LE(0)) : 'next';
    return streamError('STREAM_TRUNCATED', problem, { offset, record, recordIndex: records });
  }
}

/** Xen reads what it and older ones have written. 4.18 made a record longer that 4.17 refuses, and nothing says so. */
function requireKnown(
  { xenMajor, xenMinor }: LibxcHeader,
  { major, minor }: XenRelease,
  place: StreamPlace,
): void {
  if (xenMajor < major || (xenMajor === major && xenMinor <= minor)) return;
  const problem = `it was written by Xen ${xenMajor}.${xenMinor}, which Xen ${major}.${minor} of this host cannot be relied on to read`;
  throw streamError('STREAM_UNSUPPORTED', problem, place, {
    hint: `restore it on a host with Xen ${xenMajor}.${xenMinor} or later`,
  });
}
