import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { deflateSync, inflateSync } from 'node:zlib';
import type { Unit } from '../mutate/units.ts';
import { cutImage, type CutImage } from './cut-image.ts';
import { slim } from './slim.ts';

/** The folder of images of real Xen, without the contents of their guests' memory. */
const FOLDER = join(import.meta.dirname, '../../corpus');

interface CapturedUnit {
  readonly name: string;
  /** deflated, base64 */
  readonly head: string;
  /** how many bytes of memory follow */
  readonly pageBytes?: number | undefined;
}

type Captured = Readonly<Record<keyof CutImage, readonly CapturedUnit[]>>;

/** The part of an image that is kept, as text: some KiB of it. */
export function capture(image: Buffer): string {
  const { head, libxc, tail } = slim(cutImage(image));
  const captured: Captured = { head: head.map(pack), libxc: libxc.map(pack), tail: tail.map(pack) };
  return `${JSON.stringify(captured, undefined, 2)}\n`;
}

/** The image again; its guest's memory is zeros. */
export async function readCaptured(name: string): Promise<CutImage> {
  const { head, libxc, tail } = JSON.parse(await readFile(join(FOLDER, `${name}.json`), 'utf8')) as Captured;
  return { head: head.map(unpack), libxc: libxc.map(unpack), tail: tail.map(unpack) };
}

function pack({ name, head, tail }: Unit): CapturedUnit {
  const packed = deflateSync(head, { level: 9 }).toString('base64');
  return { name, head: packed, pageBytes: tail?.length };
}

function unpack({ name, head, pageBytes }: CapturedUnit): Unit {
  const bytes = inflateSync(Buffer.from(head, 'base64'));
  return { name, head: bytes, tail: pageBytes === undefined ? undefined : Buffer.alloc(pageBytes) };
}
