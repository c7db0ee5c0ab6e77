import { both32 } from './fields.ts';

const VERSION = 1;
const FOLDER_MODE = 0o040555;
const FILE_MODE = 0o100444;
/** The identifier of version 1.09, which every reader knows. */
const EXTENSION = 'RRIP_1991A';

/** What the first record of the root says: that there is Rock Ridge, and which. */
export function rockRidgeHere(): Buffer {
  // 0xBE 0xEF are its check bytes; nothing is skipped.
  const sharingProtocol = entry('SP', Buffer.from([0xbe, 0xef, 0]));
  const head = Buffer.from([EXTENSION.length, 0, 0, VERSION]);
  const reference = entry('ER', Buffer.concat([head, Buffer.from(EXTENSION, 'latin1')]));
  return Buffer.concat([sharingProtocol, folderAttributes(), reference]);
}

/** A folder that all may read. */
export function folderAttributes(): Buffer {
  return attributes(FOLDER_MODE, 2);
}

/** A file that all may read: ISO 9660 alone would write its name in capitals, and without its hyphens. */
export function fileAttributes(name: string): Buffer {
  return Buffer.concat([attributes(FILE_MODE, 1), entry('NM', Buffer.from(`\0${name}`, 'latin1'))]);
}

/** Mode, links, owner and group; all of it is root's. */
function attributes(mode: number, links: number): Buffer {
  return entry('PX', Buffer.concat([both32(mode), both32(links), both32(0), both32(0)]));
}

function entry(signature: string, content: Buffer): Buffer {
  const head = Buffer.from([0, 0, content.length + 4, VERSION]);
  head.write(signature, 'latin1');
  return Buffer.concat([head, content]);
}
