import type { Attack } from '../attack.ts';
import { call } from '../hostile.ts';
import { hello, PREAMBLE } from '../offers.ts';
import { frame } from '@vm-tools/libxfr/testing';

/** A MiB of zeros, in twelve bytes. */
const ZEROS = frame('ZEROS', Buffer.from('00100000', 'hex'));
const EVERY_MS = 1000;

export const trickle: Attack = {
  what: 'a peer keeps its places with twelve bytes now and then',
  share: 0.2,
  atOnce: 8,
  run: (scene) =>
    call(scene, scene.peer, (stream) => {
      stream.write(PREAMBLE);
      stream.write(hello(scene.kernel));
      const timer = setInterval(() => stream.write(ZEROS), EVERY_MS);
      stream.once('close', () => clearInterval(timer));
    }),
};
