import { once } from 'node:events';
import { duplexPair } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { Channel } from './channel.ts';
import { encodePreamble, PREAMBLE_BYTES, VERSIONS } from './preamble.ts';
import { DEFAULT_TIMEOUTS } from './timeouts.ts';

test('a channel that is slow to begin says its preamble first, and PING behind it', async () => {
  const [near, far] = duplexPair();
  const channel = new Channel({ stream: near, peer: 'b', isConfidential: true }, 'target', {
    ...DEFAULT_TIMEOUTS,
    pingMs: 1,
    lingerMs: 1,
  });
  for (let turn = 0; turn < 5; turn += 1) await delay(1); // PINGs are due: this timer is behind theirs
  const agreed = channel.negotiate(new AbortController().signal);
  far.write(encodePreamble(VERSIONS));
  await agreed;
  await once(far, 'readable');
  expect(far.read(PREAMBLE_BYTES)).toEqual(encodePreamble(VERSIONS));
  await channel.close();
});
