const SECTOR = 2048;

/** What was read of a disc. */
export interface ReadDisc {
  readonly label: string;
  readonly files: ReadonlyMap<string, Buffer>;
}

/** Reads a disc by the book: only what the volume says leads to the root, and only Rock Ridge names a file. */
export function readDisc(image: Buffer): ReadDisc {
  const volume = image.subarray(16 * SECTOR, 17 * SECTOR);
  if (volume.toString('latin1', 1, 6) !== 'CD001' || volume[0] !== 1) throw new Error('no volume');
  if (volume.readUInt32LE(80) !== volume.readUInt32BE(84)) throw new Error('sizes differ');
  if (volume.readUInt32LE(80) * SECTOR !== image.length) throw new Error('it is of another size');
  const root = volume.subarray(156, 190);
  const start = root.readUInt32LE(2) * SECTOR;
  const folder = image.subarray(start, start + root.readUInt32LE(10));
  const files = new Map<string, Buffer>();
  for (let at = 0; at < folder.length;) {
    const length = folder[at] ?? 0;
    // The rest of a sector is empty when the next record does not fit.
    if (length === 0) at = (Math.floor(at / SECTOR) + 1) * SECTOR;
    else {
      const record = folder.subarray(at, at + length);
      if (Math.floor(at / SECTOR) !== Math.floor((at + length - 1) / SECTOR)) throw new Error('cut record');
      const name = rockRidgeName(record);
      const from = record.readUInt32LE(2) * SECTOR;
      if (name !== undefined) files.set(name, image.subarray(from, from + record.readUInt32LE(10)));
      at += length;
    }
  }
  return { label: volume.toString('latin1', 40, 72).trimEnd(), files };
}

function rockRidgeName(record: Buffer): string | undefined {
  const nameBytes = record[32] ?? 0;
  for (let at = 33 + nameBytes + ((nameBytes + 1) % 2); at + 4 <= record.length;) {
    const length = record[at + 2] ?? 0;
    if (length < 4) return undefined;
    if (record.toString('latin1', at, at + 2) === 'NM') return record.toString('latin1', at + 5, at + length);
    at += length;
  }
  return undefined;
}
