import type { Attack } from '../attack.ts';
import { call } from '../hostile.ts';

const CLIENT_HELLO = Buffer.from('16030100f8010000f4', 'hex');

export const slowHandshake: Attack = {
  what: 'strangers begin a TLS handshake and do not go on',
  share: 10,
  atOnce: 100,
  run: (prey) => call(prey, undefined, (stream) => stream.write(CLIENT_HELLO)),
};
