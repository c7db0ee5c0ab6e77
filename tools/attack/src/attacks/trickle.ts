import { domainConfigSchema, toLibxlJson } from '@vm-tools/libdomain';
import { frame } from '@vm-tools/libxfr/testing';
import { wrapImage } from '@vm-tools/xen-stream';
import { syntheticPvh } from '@vm-tools/xen-stream/testing';
import { randomUUID } from 'node:crypto';
import type { Attack } from '../attack.ts';
import { call } from '../hostile.ts';
import { hello, MEMORY_KIB, PREAMBLE } from '../offers.ts';

/** A MiB of zeros, in twelve bytes; one record of the image holds four of them. */
const ZEROS = frame('ZEROS', Buffer.from('00100000', 'hex'));
const ZEROS_IN_RECORD = 4;
const PAGES = MEMORY_KIB / 4;
const EVERY_MS = 500;

/**
 * The beginning of an image, and the head of a record with all pages of the guest, which can come any number of times.
 */
const { start, record } = partsOf([...syntheticPvh({ pages: PAGES })].map((chunk) => Buffer.from(chunk)));

export const trickle: Attack = {
  what: 'a peer keeps its places: the same memory again and again, a MiB of zeros in twelve bytes now and then',
  share: 0.2,
  atOnce: 3,
  run(prey) {
    const uuid = randomUUID();
    const name = `hostile-${uuid.slice(0, 8)}`;
    const { kernel } = prey;
    const config = domainConfigSchema.parse({ name, uuid, type: 'pvh', kernel, memoryKib: MEMORY_KIB });
    const { head } = wrapImage(toLibxlJson(config));
    return call(prey, prey.peer, (stream) => {
      stream.write(PREAMBLE);
      stream.write(hello(kernel, { uuid, name }));
      stream.write(frame('DATA', Buffer.concat([head, start])));
      let sent = 0;
      const timer = setInterval(() => {
        if (sent % ZEROS_IN_RECORD === 0) stream.write(frame('DATA', record));
        stream.write(ZEROS);
        sent += 1;
      }, EVERY_MS);
      stream.once('close', () => clearInterval(timer));
    });
  },
};

/** A record's head is one chunk, and its pages are the next. */
function partsOf(chunks: readonly Buffer[]): { readonly start: Buffer; readonly record: Buffer } {
  const pages = chunks.findIndex(({ length }) => length >= PAGES * 4096);
  return { start: Buffer.concat(chunks.slice(0, pages - 1)), record: chunks[pages - 1] as Buffer };
}
