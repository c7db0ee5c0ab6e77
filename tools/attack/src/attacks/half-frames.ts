import type { Attack } from '../attack.ts';
import { call } from '../hostile.ts';
import { hello, PREAMBLE } from '../offers.ts';

export const halfFrames: Attack = {
  what: 'a peer hangs up in the middle of its offer',
  share: 6,
  run: (prey) =>
    call(prey, prey.peer, (stream, socket) => {
      const offer = hello(prey.kernel);
      stream.write(PREAMBLE);
      stream.write(offer.subarray(0, offer.length / 2), () => socket.end());
    }),
};
