import { randomUUID } from 'node:crypto';
import { createRandom } from '@vm-tools/fuzz/random';
import { libxcTarget } from '@vm-tools/fuzz/libxc';
import { domainConfigSchema, toLibxlJson } from '@vm-tools/libdomain';
import { frame } from '@vm-tools/libxfr/testing';
import { wrapImage } from '@vm-tools/xen-stream';
import type { Attack } from '../attack.ts';
import { call } from '../hostile.ts';
import { hello, MEMORY_KIB, PREAMBLE } from '../offers.ts';

const MOST_DATA_BYTES = 2 ** 20;

export const hostileImages: Attack = {
  what: 'a peer sends images that are damaged with care',
  share: 2,
  atOnce: 3,
  async run(prey, index) {
    const uuid = randomUUID();
    const name = `hostile-${uuid.slice(0, 8)}`;
    const { kernel } = prey;
    const config = domainConfigSchema.parse({ name, uuid, type: 'pvh', kernel, memoryKib: MEMORY_KIB });
    const { head, tail } = wrapImage(toLibxlJson(config));
    const damaged = (await libxcTarget()).make(createRandom(index));
    const image = Buffer.concat([head, ...damaged, tail]);
    return call(prey, prey.peer, (stream) => {
      stream.write(PREAMBLE);
      stream.write(hello(kernel, { uuid, name }));
      for (let at = 0; at < image.length; at += MOST_DATA_BYTES)
        stream.write(frame('DATA', image.subarray(at, at + MOST_DATA_BYTES)));
      stream.write(frame('EOS', { blake2b512: '0'.repeat(128), bytes: image.length }));
    });
  },
};
