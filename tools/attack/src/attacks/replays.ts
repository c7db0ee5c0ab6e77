import type { Attack } from '../attack.ts';
import { call } from '../hostile.ts';
import { hello, PREAMBLE } from '../offers.ts';

const ID = 'ad'.repeat(16);
const UUID = '5eed5eed-5eed-4eed-8eed-5eed5eed5eed';

export const replays: Attack = {
  what: 'a peer offers the same transfer again and again, and ends it',
  share: 4,
  atOnce: 4,
  run: (prey) =>
    call(prey, prey.peer, (stream) => {
      stream.write(PREAMBLE);
      stream.write(hello(prey.kernel, { id: ID, uuid: UUID, name: 'replayed' }));
      stream.on('heard', (heard: string) => {
        if (heard.includes('"epoch"')) stream.destroy();
      });
    }),
};
