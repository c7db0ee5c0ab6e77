import { hasPageData, PAGE_TYPE, type PageType } from '@vm-tools/xen-stream';
import { PAGE_BYTES } from '../../memory/index.ts';
import { populateExact } from '../populate.ts';
import type { RestoreContext } from './restore-context.ts';

/** u32 count, u32 reserved; then the pfns, u64 each */
const HEADER_BYTES = 8;
const PFN_BYTES = 8;
/** libxc writes 1024. Longer lists than these would have to be of absent pfns nearly all. */
const MAX_PFNS = 1024 * 1024;
/** Pages that are held at once. */
const PIECE_PAGES = 64;
/** What a guest can have; a gfn beyond it is nothing that Xen would populate. */
const GFN_LIMIT = 2 ** 32;

/** by their number; some numbers have no meaning */
const PAGE_TYPES: readonly (PageType | undefined)[] = Array.from({ length: 16 }, (_, number) =>
  Object.values(PAGE_TYPE).find((type) => type === number),
);

interface Entry {
  readonly pfn: number;
  readonly type: PageType;
}

/** handle_page_data: a batch of pfns, and a page for each that has one. */
export async function restorePageData(context: RestoreContext, length: number): Promise<void> {
  const { reader, log } = context;
  if (length < HEADER_BYTES)
    throw log.error(`PAGE_DATA record truncated: length ${length}, min ${HEADER_BYTES}`);
  const count = (await reader.bodyPart(HEADER_BYTES)).readUInt32LE(0);
  if (count < 1) throw log.error('Expected at least 1 pfn in PAGE_DATA record');
  if (length < HEADER_BYTES + count * PFN_BYTES) {
    throw log.error(
      `PAGE_DATA record (length ${length}) too short to contain ${count} pfns worth of information`,
    );
  }
  if (count > MAX_PFNS) throw log.error(`Unable to allocate enough memory for ${count} pfns`, 'ENOMEM');

  const entries = parseEntries(await reader.bodyPart(count * PFN_BYTES), context);
  const present = entries.filter(({ type }) => hasPageData(type));
  const [list, pages] = [count * PFN_BYTES, present.length * PAGE_BYTES];
  if (length !== HEADER_BYTES + list + pages) {
    throw log.error(
      `PAGE_DATA record wrong size: length ${length}, expected ${HEADER_BYTES} + ${list} + ${pages}`,
    );
  }
  populateEntries(entries, context);
  for (let at = 0; at < present.length; at += PIECE_PAGES) {
    const piece = present.slice(at, at + PIECE_PAGES);
    const bytes = await reader.bodyPart(piece.length * PAGE_BYTES);
    piece.forEach((entry, index) =>
      takePage(entry, bytes.subarray(index * PAGE_BYTES, (index + 1) * PAGE_BYTES), context),
    );
  }
}

/**
 * A pfn word is: type in bits 63-60, reserved bits, pfn in bits 51-0.
 *
 * @returns those that are to have memory: of absent ones, which are most in a guest with a hole, nothing is kept
 */
function parseEntries(list: Buffer, { log, lastPfn }: RestoreContext): Entry[] {
  const entries: Entry[] = [];
  for (let at = 0; at < list.length; at += PFN_BYTES) {
    const high = list.readUInt32LE(at + 4);
    const pfn = (high & 0xfffff) * 2 ** 32 + list.readUInt32LE(at);
    const index = at / PFN_BYTES;
    if (pfn > lastPfn) throw log.error(`pfn ${hex(pfn)} (index ${index}) outside domain maximum`);
    const type = PAGE_TYPES[high >>> 28];
    if (type === undefined)
      throw log.error(`Unknown type ${hex((high & 0xf000_0000) >>> 0)} for pfn ${hex(pfn)} (index ${index})`);
    if (type !== PAGE_TYPE.XTAB && type !== PAGE_TYPE.BROKEN) entries.push({ pfn, type });
  }
  return entries;
}

/** Gives memory to those that have none yet, in runs as long as possible. */
function populateEntries(entries: readonly Entry[], context: RestoreContext): void {
  const { memory, type: domainType } = context.domain;
  const isNew = (pfn: number): boolean => pfn >= GFN_LIMIT || !memory.isPopulated(pfn);
  let [start, count] = [0, 0];
  for (const { pfn, type } of entries) {
    if (domainType === 'pv') setPageType(pfn, type, context);
    if (count > 0 && pfn === start + count && isNew(pfn)) {
      count++;
    } else {
      if (count > 0) populate(start, count, context);
      [start, count] = [pfn, isNew(pfn) ? 1 : 0];
    }
  }
  if (count > 0) populate(start, count, context);
}

function populate(start: number, count: number, { machine, domain, log }: RestoreContext): void {
  const isPossible = start + count <= GFN_LIMIT;
  const errno = isPossible ? populateExact(machine, domain.domid, start, count) : 'EBUSY';
  if (errno !== undefined) throw log.perror('Failed to populate physmap', errno);
}

function setPageType(pfn: number, type: PageType, { records: { pageTypes } }: RestoreContext): void {
  if (type !== PAGE_TYPE.NOTAB && hasPageData(type)) pageTypes.set(pfn, type);
  else pageTypes.delete(pfn);
}

function takePage({ pfn, type }: Entry, page: Buffer, { domain, log, isVerifying }: RestoreContext): void {
  const { memory } = domain;
  // Somebody may have destroyed it while we waited for the page.
  if (!memory.isPopulated(pfn)) {
    const words = `(mfn ${hex(pfn)}, type ${hex(type * 2 ** 28)}) failed with -22`;
    throw log.error(`Mapping pfn ${hex(pfn)} ${words}`);
  }
  if (!isVerifying) {
    memory.writePage(pfn, page);
    return;
  }
  const ours = Buffer.alloc(PAGE_BYTES);
  memory.readPage(pfn, ours);
  if (!ours.equals(page)) log.error(`verify pfn ${hex(pfn)} failed (type ${hex(type * 2 ** 28)})`);
}

function hex(value: number): string {
  return `0x${value.toString(16)}`;
}
