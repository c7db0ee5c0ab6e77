import { randomUUID } from 'node:crypto';
import { PassThrough } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { createDomain, domainConfigSchema, domainSource, toLibxlJson } from '@vm-tools/libdomain';
import { createSimulatedHost } from '@vm-tools/xen-sim';
import { wrapImage } from '@vm-tools/xen-stream';
import { syntheticPv, syntheticPvh } from '@vm-tools/xen-stream/testing';
import type { Unit } from '../mutate/units.ts';
import { readCaptured } from './captured.ts';
import { cutImage, type CutImage } from './cut-image.ts';
import { slim } from './slim.ts';

/** The least that a PVH domain can have: its kernel begins at 1 MiB. */
const MEMORY_KIB = 2048;

let made: Promise<readonly CutImage[]> | undefined;

/**
 * Images to damage: one that real Xen wrote; as vm-save writes them of small guests of a simulated host, whose streams
 * verify-stream-v2 accepts; and some of formats that no tool saves any more. Only the first is kept, the others are
 * made in half a second, once in a run.
 */
export function imageCorpus(): Promise<readonly CutImage[]> {
  return (made ??= makeImages());
}

/** The beginning of a real PV image, up to its first pages: parts for others. */
export async function realPvBeginning(): Promise<readonly Unit[]> {
  return (await readCaptured('pv-beginning')).libxc;
}

async function makeImages(): Promise<readonly CutImage[]> {
  const saved = [await savedImage('pvh'), await savedImage('pv')];
  const synthetic = [
    wrapped('pvh', syntheticPvh({ pages: 6, absentPfns: 5, rounds: 2, pagesPerRecord: 4 })),
    wrapped('pvh', syntheticPvh({ pages: 3, version: 2 })),
    wrapped('pv', syntheticPv({ pages: 5, vcpus: 2 })),
    wrapped('pv', syntheticPv({ pages: 5, width: 4 })),
  ];
  const made = [...saved, ...synthetic].map((image) => slim(cutImage(image)));
  return [await readCaptured('pvh'), ...made];
}

async function savedImage(type: 'pv' | 'pvh'): Promise<Buffer> {
  await using host = await createSimulatedHost({ memory: '1G' });
  const { kernel } = host;
  const config = domainConfigSchema.parse({ name: 'guest', type, kernel, memoryKib: MEMORY_KIB });
  const domain = await createDomain(host, config);
  const sink = new PassThrough();
  const control = { signal: new AbortController().signal, onProgress: () => undefined };
  const [image] = await Promise.all([
    buffer(sink),
    domainSource(host, domain, { live: 'never' }).save(sink, control),
  ]);
  return image;
}

function wrapped(type: 'pv' | 'pvh', libxc: Iterable<Uint8Array>): Buffer {
  const config = { name: 'guest', uuid: randomUUID(), type, kernel: '/boot/kernel', memoryKib: MEMORY_KIB };
  const { head, tail } = wrapImage(toLibxlJson(domainConfigSchema.parse(config)));
  return Buffer.concat([head, ...libxc, tail]);
}
