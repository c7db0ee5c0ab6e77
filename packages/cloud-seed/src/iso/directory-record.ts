import { both16, both32, recordTime } from './fields.ts';

/** The head of a record, before its name. */
const HEAD_BYTES = 33;
/** The length of a record is one byte. */
const MAX_RECORD_BYTES = 255;
const FOLDER_FLAG = 2;

/** One entry of a folder. */
export interface DirectoryRecord {
  /** as ISO 9660 has it; "\0" is the folder itself, "\x01" the one above it */
  readonly identifier: string;
  readonly sector: number;
  readonly bytes: number;
  readonly at: Date;
  readonly isFolder: boolean;
  /** Rock Ridge: its name and its permissions as on any Unix */
  readonly systemUse: Buffer;
}

/** The bytes of a record (9.1); each is as long as it says itself, and of even length. */
export function directoryRecord(record: DirectoryRecord): Buffer {
  const { identifier, sector, bytes, at, isFolder, systemUse } = record;
  const name = Buffer.from(identifier, 'latin1');
  const padding = Buffer.alloc((HEAD_BYTES + name.length) % 2);
  const length = HEAD_BYTES + name.length + padding.length + systemUse.length;
  const whole = length + (length % 2);
  if (whole > MAX_RECORD_BYTES) throw new RangeError(`a record of ${whole} bytes`);
  return Buffer.concat(
    [
      Buffer.from([whole, 0]),
      both32(sector),
      both32(bytes),
      recordTime(at),
      Buffer.from([isFolder ? FOLDER_FLAG : 0, 0, 0]),
      both16(1),
      Buffer.from([name.length]),
      name,
      padding,
      systemUse,
    ],
    whole,
  );
}
