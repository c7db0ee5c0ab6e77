import {
  encodeAbsentHead,
  encodePageDataHead,
  hasPageData,
  PAGE_TYPE,
  type PageEntry,
} from '@vm-tools/xen-stream';
import type { Machine, MachineDomain } from '../../machine/index.ts';
import { PAGE_BYTES } from '../../memory/index.ts';
import type { CallLog } from '../call-log.ts';
import type { DomainRecords } from '../records/domain-records.ts';
import type { StreamWriter } from './stream-writer.ts';

/** MAX_BATCH_SIZE of libxc: pfns of a PAGE_DATA record. */
const BATCH_PFNS = 1024;
/** Pages that are in the air at once: a batch may be 4 MiB, and there may be hundreds of saves. */
const PIECE_PAGES = 64;
const COMPLAINT = 'Failed to write page data to stream';

/** Writes memory as PAGE_DATA records. */
export class PageSender {
  readonly #machine: Machine;
  readonly #domain: MachineDomain;
  readonly #records: DomainRecords;
  readonly #writer: StreamWriter;
  readonly #log: CallLog;
  /** One more than the highest pfn that is looked at. */
  readonly #p2mSize: number;

  constructor(
    machine: Machine,
    domain: MachineDomain,
    records: DomainRecords,
    writer: StreamWriter,
    log: CallLog,
    p2mSize: number,
  ) {
    this.#machine = machine;
    this.#domain = domain;
    this.#records = records;
    this.#writer = writer;
    this.#log = log;
    this.#p2mSize = p2mSize;
  }

  /** All pfns, also those without memory: the receiver learns which are absent. */
  async sendAll(): Promise<void> {
    await this.send([[0, this.#p2mSize]]);
  }

  /** send_dirty_pages */
  async send(ranges: Iterable<readonly [start: number, count: number]>): Promise<void> {
    let batch: number[] = [];
    for (const [start, count] of ranges) {
      const end = Math.min(start + count, this.#p2mSize);
      for (let pfn = start; pfn < end; pfn++) {
        if (batch.length === 0 && this.#isHole(pfn, end)) {
          await this.#sendHole(pfn);
          pfn += BATCH_PFNS - 1;
          continue;
        }
        batch.push(pfn);
        if (batch.length < BATCH_PFNS) continue;
        await this.#sendBatch(batch);
        batch = [];
      }
    }
    if (batch.length > 0) await this.#sendBatch(batch);
  }

  /** Whether a whole batch from there on has no memory. */
  #isHole(pfn: number, end: number): boolean {
    return pfn + BATCH_PFNS <= Math.min(end, this.#domain.memory.nextPopulated(pfn));
  }

  async #sendHole(pfn: number): Promise<void> {
    this.#requireDomain();
    await this.#writer.write(encodeAbsentHead(pfn, BATCH_PFNS), COMPLAINT);
  }

  async #sendBatch(pfns: readonly number[]): Promise<void> {
    this.#requireDomain();
    const entries = pfns.map((pfn) => this.#entry(pfn));
    await this.#writer.write(encodePageDataHead(entries), COMPLAINT);
    const present = entries.filter(({ type }) => hasPageData(type));
    for (let at = 0; at < present.length; at += PIECE_PAGES) {
      await this.#writer.write(this.#read(present.slice(at, at + PIECE_PAGES)), COMPLAINT);
    }
  }

  #entry(pfn: number): PageEntry {
    if (!this.#domain.memory.isPopulated(pfn)) return { pfn, type: PAGE_TYPE.XTAB };
    return { pfn, type: this.#records.pageTypes.get(pfn) ?? PAGE_TYPE.NOTAB };
  }

  /** The pages as they are now, which may be later than the head of their record was written. */
  #read(entries: readonly PageEntry[]): Buffer {
    this.#requireDomain();
    this.#domain.catchUp();
    const { memory } = this.#domain;
    const bytes = Buffer.allocUnsafe(entries.length * PAGE_BYTES);
    entries.forEach(({ pfn }, index) => {
      if (!memory.isPopulated(pfn)) {
        const frame = `0x${pfn.toString(16)}`;
        throw this.#log.error(`Mapping of pfn ${frame} (mfn ${frame}) failed -22`);
      }
      memory.readPage(pfn, bytes.subarray(index * PAGE_BYTES, (index + 1) * PAGE_BYTES));
    });
    return bytes;
  }

  /** A toolstack may have destroyed it in the meantime. */
  #requireDomain(): void {
    const { domid, isDying } = this.#domain;
    const isThere = this.#machine.domains.get(domid) === this.#domain;
    if (isThere && !isDying) return;
    throw this.#log.perror('Failed to get types for pfn batch', isThere ? 'EINVAL' : 'ESRCH');
  }
}
