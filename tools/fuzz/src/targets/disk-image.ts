import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspectImage, qcow2Overlay } from '@vm-tools/disk-image';
import { verdictOf } from '../expect-error.ts';
import { flipBits, setField } from '../mutate/bytes.ts';
import { must, type Target } from '../target.ts';

const MIB = 1024 ** 2;
/** Header, and what says of which format a backing file is. */
const HEAD_BYTES = 192;
const VERSION_2 = 2;

/** The header of an image that an operator has downloaded, and on which a guest is to be put. */
export function diskImageTarget(): Target {
  const path = join(mkdtempSync(join(tmpdir(), 'fuzz-disk-image-')), 'image');
  return {
    name: 'disk image',
    group: 'control',
    weight: 2,
    make(random) {
      const whole = qcow2Overlay({ virtualBytes: 64 * MIB, backingPath: '/x', backingFormat: 'raw' });
      const bytes = Buffer.from(whole.subarray(0, HEAD_BYTES));
      if (!random.oneIn(4)) bytes.writeBigUInt64BE(0n, 8);
      if (random.oneIn(4)) bytes.writeUInt32BE(VERSION_2, 4);
      if (random.oneIn(2)) setField(random, bytes, random.below(HEAD_BYTES));
      if (random.oneIn(3)) flipBits(random, bytes);
      return [random.oneIn(8) ? bytes.subarray(0, random.below(HEAD_BYTES)) : bytes];
    },
    feed(input) {
      const bytes = Buffer.concat(input);
      writeFileSync(path, bytes);
      const read = async (): Promise<void> => {
        const { format, virtualBytes } = await inspectImage(path);
        must(format === 'qcow2', 'so few bytes are no raw disk');
        must(bytes.readBigUInt64BE(8) === 0n, 'it names a backing file');
        must(bytes.readUInt32BE(32) === 0, 'it is encrypted');
        const features = bytes.readUInt32BE(4) === VERSION_2 ? 0n : bytes.readBigUInt64BE(72);
        must((features & ~25n) === 0n, 'it has features that are refused or not known');
        must(virtualBytes >= MIB && virtualBytes <= 64 * MIB * MIB, `its disk is of ${virtualBytes} bytes`);
        must(virtualBytes % 512 === 0, 'its disk is no whole number of sectors');
      };
      return verdictOf(read, { codes: /^DISK_IMAGE_REFUSED$/ });
    },
  };
}
