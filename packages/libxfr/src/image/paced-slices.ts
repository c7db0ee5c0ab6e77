import { sliceBytes, type Limiter } from '@vm-tools/ratelimit';
import { bytesIn, cut } from '../protocol/pieces.ts';

/**
 * Bytes at the pace of a limiter: a slice of them whenever it lets one pass. A limit is on what crosses the network, or
 * is really written, so the caller drops zeros before.
 *
 * @throws VmToolsError INTERRUPTED when the signal fires
 */
export async function* pacedSlices(
  pieces: readonly Buffer[],
  limiter: Limiter,
  signal?: AbortSignal,
): AsyncGenerator<readonly Buffer[], void> {
  for (let rest = pieces; rest.length > 0;) {
    const [slice, behind] = cut(rest, sliceBytes(limiter));
    await limiter.take(bytesIn(slice), signal);
    yield slice;
    rest = behind;
  }
}
