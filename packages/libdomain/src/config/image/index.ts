/**
 * Guests from images with cloud-init, as configurations describe them: `"image"` in JSON.
 *
 * @example
 * ```ts
 * const reader = imageReader('/');
 * const placed = await readPlacedConfig('web1.json', { prepare: reader.prepare });
 * console.log(placed.config.name, reader.found()?.section.file);
 * ```
 *
 * @packageDocumentation
 */
export { IMAGE_ABOUT, IMAGE_FIELD_NAMES, IMAGE_FIELDS, IMAGE_KEY } from './image-fields.ts';
export type { ImageField, ImageFieldSpec, ImageTexts } from './image-fields.ts';
export { imageReader } from './image-reader.ts';
export type { FoundImage, ImageReader } from './image-reader.ts';
export type { ImageSection, Refuse } from './image-section.ts';
export { formatImageConfig } from './format-image-config.ts';
export { filesOf, grubOf } from './guest-files.ts';
export type { GuestFiles } from './guest-files.ts';
