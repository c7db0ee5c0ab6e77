import { hasPageData, PAGE_TYPE, type PageType } from '@vm-tools/xen-stream';
import { PAGE_BYTES } from '../../memory/index.ts';
import { populateExact } from '../populate.ts';
import type { RestoreContext } from './restore-context.ts';

/** u32 count, u32 reserved; then the pfns, u64 each */
const HEADER_BYTES = 8;
const PFN_BYTES = 8;
/** Pages that are held at once. */
const PIECE_PAGES = 64;

interface Entry {
  readonly pfn: number;
  readonly type: PageType;
}

/** handle_page_data: a batch of pfns, and a page for each that has one. */
export async function restorePageData(context: RestoreContext): Promise<void> {
  const { reader } = context;
  const count = (await reader.bodyPart(HEADER_BYTES)).readUInt32LE(0);
  const entries = parseEntries(await reader.bodyPart(count * PFN_BYTES));
  populateEntries(entries, context);
  const present = entries.filter(({ type }) => hasPageData(type));
  for (let at = 0; at < present.length; at += PIECE_PAGES) {
    const piece = present.slice(at, at + PIECE_PAGES);
    const bytes = await reader.bodyPart(piece.length * PAGE_BYTES);
    piece.forEach((entry, index) =>
      takePage(entry, bytes.subarray(index * PAGE_BYTES, (index + 1) * PAGE_BYTES), context),
    );
  }
}

/**
 * A pfn word is: type in bits 63-60, pfn in the lower half, for the verifier lets no longer ones pass.
 *
 * @returns those that are to have memory: of absent ones, which are most in a guest with a hole, nothing is kept
 */
function parseEntries(list: Buffer): Entry[] {
  const entries: Entry[] = [];
  for (let at = 0; at < list.length; at += PFN_BYTES) {
    const type = (list.readUInt32LE(at + 4) >>> 28) as PageType;
    if (type !== PAGE_TYPE.XTAB && type !== PAGE_TYPE.BROKEN)
      entries.push({ pfn: list.readUInt32LE(at), type });
  }
  return entries;
}

/** Gives memory to those that have none yet, in runs as long as possible. */
function populateEntries(entries: readonly Entry[], context: RestoreContext): void {
  const { memory, type: domainType } = context.domain;
  let [start, count] = [0, 0];
  for (const { pfn, type } of entries) {
    if (domainType === 'pv') setPageType(pfn, type, context);
    if (count > 0 && pfn === start + count && !memory.isPopulated(pfn)) {
      count++;
    } else {
      if (count > 0) populate(start, count, context);
      [start, count] = [pfn, memory.isPopulated(pfn) ? 0 : 1];
    }
  }
  if (count > 0) populate(start, count, context);
}

function populate(start: number, count: number, { machine, domain, log }: RestoreContext): void {
  const errno = populateExact(machine, domain.domid, start, count);
  if (errno !== undefined) throw log.perror('Failed to populate physmap', errno);
}

function setPageType(pfn: number, type: PageType, { records: { pageTypes } }: RestoreContext): void {
  if (type !== PAGE_TYPE.NOTAB && hasPageData(type)) pageTypes.set(pfn, type);
  else pageTypes.delete(pfn);
}

function takePage({ pfn, type }: Entry, page: Buffer, { domain, log, isVerifying }: RestoreContext): void {
  const { memory } = domain;
  // A toolstack may have destroyed it while we waited for the page.
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
