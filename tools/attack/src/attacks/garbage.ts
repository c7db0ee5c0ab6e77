import { randomBytes } from 'node:crypto';
import type { Attack } from '../attack.ts';
import { call } from '../hostile.ts';

export const garbage: Attack = {
  what: 'strangers send garbage, before TLS and within its records',
  share: 20,
  run: (prey, index) =>
    call(prey, undefined, (stream) => {
      if (index % 2 === 0) stream.write(Buffer.from('160301', 'hex'));
      stream.write(randomBytes(4000));
    }),
};
