import { openSync } from 'node:fs';
import { Socket } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createLimiter, paced, pump } from '@vm-tools/ratelimit';

// Writes zeros to its standard output, which is a connection, until the reader is gone.

const STDOUT = 1;
const [how = '', rate = 'Infinity'] = process.argv.slice(2);
const limiter = createLimiter({ rate: Number(rate) });

const zeros = Buffer.alloc(2 ** 20);
function endless(): Readable {
  return new Readable({
    read() {
      this.push(zeros);
    },
  });
}

const sending =
  how === 'paced'
    ? pipeline(endless(), paced(limiter), new Socket({ fd: STDOUT, readable: false, writable: true }))
    : pump(openSync('/dev/zero', 'r'), STDOUT, { limiter });
await sending.catch(() => undefined); // the receiver has seen enough and has closed the connection
