import type { VmToolsError } from '@vm-tools/errors';
import type { ImageDomain } from '@vm-tools/libdomain';
import type { ImageBytes } from '@vm-tools/libxfr/images';
import type { OpenedFile } from '@vm-tools/xen-stream';

/** All that there is to say about an image. Pages are of 4 KiB. */
export interface ImageReport extends ImageDomain {
  /** as the command line names it */
  readonly file: string;
  /** xl's header of a saved file, and libxl's stream behind it: what xl and these tools write */
  readonly format: 'xl';
  /** of the libxc stream in it */
  readonly streamVersion?: number;
  /** of the Xen that the domain was saved on, "4.17"; absent where the image does not say it */
  readonly xenVersion?: string;
  /** absent where it is not compressed */
  readonly compression?: 'zstd-frames' | 'zstd';
  /** bytes of the file; of a pipe those that have been read */
  readonly storedBytes: number;
  /** bytes of the image, expanded; absent where it is not whole */
  readonly imageBytes?: number;
  /** whether all of it is there and in order */
  readonly isWhole: boolean;
  /** why not */
  readonly error?: VmToolsError;
  /** whether other bytes follow the image in its file, which no restore reads */
  readonly isFollowed: boolean;
  /** records of the libxc stream by their names; of one that is not whole those before the damage */
  readonly records: Readonly<Record<string, number>>;
  /** contents of pages that have come, all rounds of a live save together */
  readonly pages: number;
  /** of these, pages that had come before */
  readonly duplicatePages: number;
  /** pages that the domain has in the end */
  readonly populatedPages: number;
  /** of these, pages that are nothing but zeros; absent where they were not read */
  readonly zeroPages?: number;
}

/** What has been found out about an image. */
export interface Findings {
  readonly file: string;
  readonly domain: ImageDomain;
  readonly image: OpenedFile;
  readonly bytes: ImageBytes;
  /** behind the image */
  readonly end?: number;
  readonly isFollowed?: boolean;
  readonly zeroPages?: number;
  /** why it is not whole */
  readonly error?: VmToolsError;
}

export function reportOf({
  file,
  domain,
  image,
  bytes,
  end,
  isFollowed = false,
  zeroPages,
  error,
}: Findings): ImageReport {
  const { header, counts, recordsByName } = image.verifier;
  const { packing, storedBytes } = bytes;
  // convert-legacy-stream of Xen does not know it, and writes 0.
  const isXenKnown = header !== undefined && header.xenMajor > 0;
  return {
    file,
    ...domain,
    format: 'xl',
    ...(header === undefined ? {} : { streamVersion: header.version }),
    ...(isXenKnown ? { xenVersion: `${header.xenMajor}.${header.xenMinor}` } : {}),
    ...(packing === undefined ? {} : { compression: packing }),
    storedBytes,
    ...(end === undefined ? {} : { imageBytes: end }),
    isWhole: error === undefined,
    ...(error === undefined ? {} : { error }),
    isFollowed,
    records: recordsByName,
    pages: counts.pages,
    duplicatePages: counts.duplicatePages,
    populatedPages: counts.populatedPfns,
    ...(zeroPages === undefined ? {} : { zeroPages }),
  };
}
