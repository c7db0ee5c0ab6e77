import type { Attack } from '../attack.ts';
import { call } from '../hostile.ts';
import { hello, PREAMBLE } from '../offers.ts';

/**
 * As much as fits into a frame: small values, which take the most memory for their bytes; and as many of them as are
 * taken, with a long text.
 */
const CONFIGS = [Array.from({ length: 60_000 }, () => [1]), [Array(16_000).fill(1), 'x'.repeat(200 * 1024)]];

export const hugeOffers: Attack = {
  what: 'a peer offers, sixty at a time, with 250 KiB of configuration each',
  share: 4,
  atOnce: 60,
  run: (prey, index) =>
    call(prey, prey.peer, (stream) => {
      stream.write(PREAMBLE);
      stream.write(hello(prey.kernel, { config: CONFIGS[index % CONFIGS.length] }));
    }),
};
