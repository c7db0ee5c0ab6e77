import type { FileDomain } from '@vm-tools/xen-stream';
import * as z from 'zod';
import { maxPagesOf } from '../memory.ts';
import { configCorrupt, parseLibxl } from './parse-libxl.ts';

const TYPES = ['pv', 'pvh', 'hvm'] as const;

const count = z.int().min(0);
const text = z.string().optional();

/** What every toolstack writes of every domain. */
const schema = z.looseObject({
  c_info: z.looseObject({ type: z.string(), name: text, uuid: text }),
  b_info: z.looseObject({
    max_vcpus: count.min(1).default(1),
    max_memkb: count,
    target_memkb: count.min(1),
  }),
});

/** The domain in an image, whether it can be restored here or not. */
export interface ImageDomain {
  readonly name?: string;
  readonly uuid?: string;
  readonly type: FileDomain['type'];
  /** what the guest has, and may have; KiB */
  readonly memoryKib: number;
  readonly maxMemoryKib: number;
  readonly vcpus: number;
}

/**
 * Reads which domain it is from libxl's JSON, where `fromLibxlJson` would refuse a domain that these tools cannot make.
 *
 * @throws VmToolsError IMAGE_CONFIG_CORRUPT (kind corrupt)
 */
export function readImageDomain(json: string): ImageDomain {
  const { c_info: create, b_info: build } = parseLibxl(schema, json);
  const type = TYPES.find((each) => each === create.type);
  if (type === undefined) throw configCorrupt(`its type is ${JSON.stringify(create.type.slice(0, 64))}`);
  return {
    ...(create.name === undefined ? {} : { name: create.name }),
    ...(create.uuid === undefined ? {} : { uuid: create.uuid.toLowerCase() }),
    type,
    memoryKib: build.target_memkb,
    maxMemoryKib: Math.max(build.target_memkb, build.max_memkb),
    vcpus: build.max_vcpus,
  };
}

/** What the records of an image must be, by its configuration: for `openImageFile` of xen-stream. */
export function expectedOfImage(domain: ImageDomain): FileDomain {
  const { type } = domain;
  // The memory of a screen and of other devices comes on top of what an HVM domain has.
  return type === 'hvm' ? { type } : { type, maxPages: maxPagesOf(domain) };
}
