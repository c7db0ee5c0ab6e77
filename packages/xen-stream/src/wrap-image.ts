import { encodeLibxcContextRecord, encodeLibxlEnd, encodeLibxlHeader } from './libxl-stream.ts';
import { encodeXlHeader } from './xl-header.ts';

/** The wrapping that makes a libxc stream an image for `xl restore`. */
export interface ImageWrapping {
  /** goes before the libxc stream */
  readonly head: Uint8Array;
  /** goes behind it */
  readonly tail: Uint8Array;
}

/**
 * Makes the wrapping of a libxc stream in an image that xl takes, too.
 *
 * @param configJson the domain's configuration as libxl's JSON
 */
export function wrapImage(configJson: string): ImageWrapping {
  return {
    head: Buffer.concat([encodeXlHeader(configJson), encodeLibxlHeader(), encodeLibxcContextRecord()]),
    tail: encodeLibxlEnd(),
  };
}
