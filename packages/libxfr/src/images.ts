/**
 * Images in files and streams, without a guest: to look at them, and to copy them.
 *
 * @example
 * ```ts
 * await using bytes = await openImageBytes('web1.img.zst');
 * const { end } = await checkImageFile(bytes); // of xen-stream: what an image is, nothing here knows
 *
 * const check = async (image: ImageBytes) => (await checkImageFile(image)).end;
 * await copyImage('web1.img', 'web1.img.zst', { check });
 * ```
 *
 * @packageDocumentation
 */
export { copyImage } from './file/copy-image.ts';
export type { CopyImageOptions, CopySummary } from './file/copy-image.ts';
export { fillFile } from './file/fill-file.ts';
export type { FilledFile, FillFileOptions } from './file/fill-file.ts';
export { openImageBytes } from './file/image-bytes.ts';
export type { ImageBytes, ImageBytesOptions } from './file/image-bytes.ts';
