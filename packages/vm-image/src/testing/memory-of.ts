import { open } from 'node:fs/promises';

const PAGE_BYTES = 4096;
const PAGE_DATA = 1;
const END = 0;

/** The pages of an image that is sound, by the plainest reading of the format: of each what comes last. */
export function memoryOf(image: Buffer): ReadonlyMap<number, Buffer> {
  const pages = new Map<number, Buffer>();
  let at = image.indexOf('LibxlFmt') + 16 + 8 + 40;
  for (let type = -1; type !== END;) {
    type = image.readUInt32LE(at);
    const length = image.readUInt32LE(at + 4);
    at += 8;
    if (type === PAGE_DATA) {
      const count = image.readUInt32LE(at);
      let page = at + 8 + 8 * count;
      for (let entry = at + 8; entry < at + 8 + 8 * count; entry += 8) {
        const gfn = image.readUInt32LE(entry);
        const kind = image.readUInt8(entry + 7) >> 4;
        if (kind < 0xd) {
          pages.set(gfn, image.subarray(page, page + PAGE_BYTES));
          page += PAGE_BYTES;
        } else pages.delete(gfn);
      }
    }
    at += Math.ceil(length / 8) * 8;
  }
  return pages;
}

/** The numbers of the pages that a file of all memory has otherwise. */
export async function differing(path: string, pages: ReadonlyMap<number, Buffer>): Promise<number[]> {
  await using file = await open(path);
  const found = Buffer.alloc(PAGE_BYTES);
  const others: number[] = [];
  for (const [gfn, page] of pages) {
    await file.read(found, 0, PAGE_BYTES, gfn * PAGE_BYTES);
    if (!found.equals(page)) others.push(gfn);
  }
  return others;
}
