import { domainConfigSchema, toLibxlJson } from '@vm-tools/libdomain';
import { wrapImage } from '@vm-tools/xen-stream';
import { syntheticPvh } from '@vm-tools/xen-stream/testing';

/** The image of a domain of which no page is zeros; a guest of a simulated host hardly uses its memory. */
export function fullImage(pages: number): Buffer {
  const uuid = 'aefb2355-304a-4c16-a49f-41af1276cd12';
  const config = { name: 'full', uuid, type: 'pvh', kernel: '/boot/kernel', memoryKib: pages * 4 };
  const { head, tail } = wrapImage(toLibxlJson(domainConfigSchema.parse(config)));
  return Buffer.concat([head, ...[...syntheticPvh({ pages })].map((piece) => Buffer.from(piece)), tail]);
}
