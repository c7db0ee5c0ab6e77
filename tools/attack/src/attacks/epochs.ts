import type { Attack } from '../attack.ts';
import { call } from '../hostile.ts';
import { hello, PREAMBLE } from '../offers.ts';

const EPOCHS = [2 ** 32, 2 ** 53, -1, 1.5];

export const epochs: Attack = {
  what: 'a peer counts its attempts from 2^32 on',
  share: 4,
  run: (prey, index) =>
    call(prey, prey.peer, (stream) => {
      stream.write(PREAMBLE);
      stream.write(hello(prey.kernel, { epoch: EPOCHS[index % EPOCHS.length] as number }));
    }),
};
