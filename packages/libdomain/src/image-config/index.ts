/**
 * The configuration of a domain in libxl's own JSON, which travels in images and lets xl manage our domains.
 *
 * @example
 * const config = fromLibxlJson(header.configJson);
 *
 * @packageDocumentation
 */
export { fromLibxlJson, type FromLibxlJsonOptions } from './from-libxl-json.ts';
export { expectedOfImage, readImageDomain, type ImageDomain } from './image-domain.ts';
export { readScheduling } from './scheduling.ts';
export { toLibxlJson } from './to-libxl-json.ts';
export { updateLibxlJson, type AddedDevice, type LibxlFacts } from './update-libxl-json.ts';
