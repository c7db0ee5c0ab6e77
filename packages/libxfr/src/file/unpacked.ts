import { Readable } from 'node:stream';
import { expandFrames, isZstd, ZSTD_MAGIC_BYTES } from '@vm-tools/zstd-frames';

/**
 * An image as it is, or what it stands for when it is compressed: its first bytes tell.
 *
 * @param onForm told once whether it is compressed, before anything is handed out
 * @throws VmToolsError ZSTD_CORRUPT (corrupt); what `image` fails with is passed on
 */
export async function* unpacked(
  image: Readable,
  onForm: (isPacked: boolean) => void = () => undefined,
): AsyncGenerator<Buffer, void> {
  const pieces = image.iterator() as AsyncIterator<Buffer>;
  const head: Buffer[] = [];
  for (let bytes = 0; bytes < ZSTD_MAGIC_BYTES;) {
    const next = await pieces.next();
    if (next.done === true) break;
    head.push(next.value);
    bytes += next.value.length;
  }
  const whole = behind(head, pieces);
  const isPacked = isZstd(Buffer.concat(head));
  onForm(isPacked);
  yield* isPacked ? expandFrames(Readable.from(whole, { objectMode: false })) : whole;
}

async function* behind(head: readonly Buffer[], rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer, void> {
  try {
    yield* head;
    yield* { [Symbol.asyncIterator]: () => rest };
  } finally {
    await rest.return?.();
  }
}
