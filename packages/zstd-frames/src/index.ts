/**
 * zstd in independent frames with a table of them at the end: any reader of zstd takes it, and one that knows the table
 * finds each byte at once.
 *
 * @example
 * ```ts
 * await pipeline(compressFrames(image), createWriteStream('guest.img.zst'));
 * await pipeline(expandFrames(createReadStream('guest.img.zst')), destination);
 * ```
 *
 * @packageDocumentation
 */
export { compressFrames } from './compress.ts';
export type { CompressOptions } from './compress.ts';
export { expandFrames, isZstd, ZSTD_MAGIC_BYTES } from './expand.ts';
export { FrameReader } from './frame-reader.ts';
export { encodeFrameTable, readFrameTable } from './frame-table.ts';
export type { FrameSizes, FrameTable, TableFile } from './frame-table.ts';
