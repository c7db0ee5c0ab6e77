import type { Attack } from '../attack.ts';
import { call } from '../hostile.ts';
import { hello, PREAMBLE } from '../offers.ts';

export const takenNames: Attack = {
  what: 'a peer offers domains whose name is taken',
  share: 4,
  atOnce: 4,
  run: (prey) =>
    call(prey, prey.peer, (stream) => {
      stream.write(PREAMBLE);
      stream.write(hello(prey.kernel, { name: prey.resident }));
    }),
};
