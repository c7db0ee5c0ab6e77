import type { Attack } from '../attack.ts';
import { call } from '../hostile.ts';
import { hello, PREAMBLE } from '../offers.ts';

export const takenNames: Attack = {
  what: 'a peer offers domains whose name is taken',
  share: 4,
  atOnce: 4,
  run: (scene) =>
    call(scene, scene.peer, (stream) => {
      stream.write(PREAMBLE);
      stream.write(hello(scene.kernel, { name: scene.resident }));
    }),
};
