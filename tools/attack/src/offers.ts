import { randomUUID } from 'node:crypto';
import { domainConfigSchema, toLibxlJson } from '@vm-tools/libdomain';
import { encodePreamble, FakeSource, frame, VERSIONS } from '@vm-tools/libxfr/testing';

export const PREAMBLE = encodePreamble(VERSIONS);
export const MEMORY_KIB = 4096;

/** The faults of an offer. */
export interface Wrong {
  readonly id?: string;
  readonly epoch?: number;
  readonly name?: string;
  readonly uuid?: string;
  readonly ramdisk?: string;
  readonly config?: unknown;
}

export function newId(): string {
  return randomUUID().replaceAll('-', '');
}

/** HELLO for a domain that could be taken, each time another one, but for what is wrong with it. */
export function hello(kernel: string, wrong: Wrong = {}): Buffer {
  const { uuid = randomUUID(), name = `hostile-${uuid.slice(0, 8)}`, id = newId(), epoch = 1 } = wrong;
  const { ramdisk } = wrong;
  const files = ramdisk === undefined ? { kernel } : { kernel, ramdisk };
  const config = domainConfigSchema.parse({ name, uuid, type: 'pvh', ...files, memoryKib: MEMORY_KIB });
  const offer = {
    ...new FakeSource().offer,
    ...{ name, uuid, type: 'pvh', memoryBytes: MEMORY_KIB * 1024, maxMemoryBytes: MEMORY_KIB * 1024 },
    config: wrong.config ?? (JSON.parse(toLibxlJson(config)) as unknown),
  };
  return frame('HELLO', { id, epoch, offer });
}
