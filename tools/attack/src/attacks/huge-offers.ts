import type { Attack } from '../attack.ts';
import { call } from '../hostile.ts';
import { hello, PREAMBLE } from '../offers.ts';

/** Of JSON, as much as fits into a frame: small values, which take the most memory for their bytes. */
const CONFIG = Array.from({ length: 60_000 }, () => [1]);

export const hugeOffers: Attack = {
  what: 'a peer offers, sixty at a time, with 250 KiB of configuration each',
  share: 4,
  atOnce: 60,
  run: (prey) =>
    call(prey, prey.peer, (stream) => {
      stream.write(PREAMBLE);
      stream.write(hello(prey.kernel, { config: CONFIG }));
    }),
};
