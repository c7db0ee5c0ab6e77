/**
 * The formats of saved domains: xl file header, libxl stream, libxc stream. All of it streams.
 *
 * ```ts
 * const image = await openImage(createReadStream('guest.img'));
 * const config = JSON.parse(image.configJson);
 * await pipeline(image.libxc, restore.sink); // only bytes that have been checked
 * await image.finish();
 *
 * const { head, tail } = wrapImage(JSON.stringify(config));
 * const checked = verifyLibxc({ expect: 'pvh' });
 * // head, save.stream through checked, tail: a file that `xl restore` takes
 * ```
 *
 * @packageDocumentation
 */
export { ByteReader } from './byte-reader.ts';
export type { ByteReaderOptions } from './byte-reader.ts';
export type { StreamErrorCode, StreamPlace } from './error.ts';
export { encodeCoreHead, encodeCoreTail, type CoreFacts } from './core/encode-core.ts';
export { VCPU_CONTEXT_BYTES } from './core/layout.ts';
export * from './libxc/encode.ts';
export { encodeLibxcHeader, LIBXC_HEADER_BYTES, parseLibxcHeader } from './libxc/header.ts';
export type { LibxcHeader } from './libxc/header.ts';
export type { PageBatch } from './libxc/page-data.ts';
export { hasPageData, PAGE_TYPE } from './libxc/page-type.ts';
export type { PageType } from './libxc/page-type.ts';
export { PAGE_BYTES, RECORD, recordName } from './libxc/record-type.ts';
export type { RecordType } from './libxc/record-type.ts';
export { LibxcVerifier } from './libxc/verifier.ts';
export type { LibxcCounts, LibxcVerifierOptions } from './libxc/verifier.ts';
export { FileVerifier } from './libxc/verify-file.ts';
export type { StreamFile } from './libxc/verify-file.ts';
export { verifyLibxc } from './libxc/verify-stream.ts';
export type { LibxcVerifyOptions, LibxcVerifyStream } from './libxc/verify-stream.ts';
export {
  encodeLibxcContextRecord,
  encodeLibxlEnd,
  encodeLibxlHeader,
  readLibxlEnd,
  readLibxlHeader,
} from './libxl-stream.ts';
export { openImage } from './open-image.ts';
export { checkImageFile, fileBytes, openImageFile } from './open-image-file.ts';
export type { CheckedFile, CheckFileOptions, FileDomain, OpenedFile } from './open-image-file.ts';
export type { ExpectedDomain, OpenedImage, OpenImageOptions } from './open-image.ts';
export { PageExtractor } from './pages/extract-pages.ts';
export type { PagePlace, PfnRange } from './pages/extract-pages.ts';
export { readPages } from './pages/read-pages.ts';
export type { PageNews, PageStretch } from './pages/read-pages.ts';
export { ZeroPages } from './pages/zero-pages.ts';
export { wrapImage } from './wrap-image.ts';
export type { ImageWrapping } from './wrap-image.ts';
export { encodeXlHeader, readXlHeader, XL_CONFIG_MAX_BYTES } from './xl-header.ts';
export type { XlHeader } from './xl-header.ts';
