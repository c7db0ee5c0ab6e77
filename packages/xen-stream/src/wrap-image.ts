import { encodeLibxcContextRecord, encodeLibxlEnd, encodeLibxlHeader } from './libxl-stream.ts';
import { encodeXlHeader } from './xl-header.ts';

/** What makes a libxc stream an image that `xl restore` takes. */
export interface ImageWrapping {
  /** goes before the libxc stream */
  readonly head: Uint8Array;
  /** goes behind it */
  readonly tail: Uint8Array;
}

/**
 * What stands around a libxc stream in an image that xl takes, too.
 *
 * @param configJson the domain's configuration as libxl's JSON
 */
export function wrapImage(configJson: string): ImageWrapping {
  return {
    head: Buffer.concat([encodeXlHeader(configJson), encodeLibxlHeader(), encodeLibxcContextRecord()]),
    tail: encodeLibxlEnd(),
  };
}
