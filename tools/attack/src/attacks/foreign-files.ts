import { join } from 'node:path';
import type { Attack } from '../attack.ts';
import { call } from '../hostile.ts';
import { hello, PREAMBLE } from '../offers.ts';

/** A guest that reboots would find them in its memory. */
const SECRETS = ['etc/vm-tools/identity.key', '../../../../etc/shadow', 'proc/self/mem'];

export const foreignFiles: Attack = {
  what: "a peer offers domains whose ramdisk or kernel is another file of the target's",
  share: 4,
  run: (prey, index) =>
    call(prey, prey.peer, (stream) => {
      const secret = join(prey.root, SECRETS[index % SECRETS.length] as string);
      const isKernel = index % 2 === 0;
      stream.write(PREAMBLE);
      stream.write(isKernel ? hello(secret) : hello(prey.kernel, { ramdisk: secret }));
    }),
};
