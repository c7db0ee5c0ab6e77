import type { BuildSpec } from '@vm-tools/xc-native';
import { PAGE_BYTES } from '../../memory/index.ts';
import type { CallLog } from '../call-log.ts';
import type { GuestFile } from '../kernel/guest-file.ts';
import type { Kernel } from '../kernel/xen-kernel.ts';
import type { DomainRecords } from '../records/domain-records.ts';
import type { GuestWriter } from './guest-writer.ts';
import type { Segment, Segments } from './segments.ts';

/** The files of a guest: read, but not yet in its memory. */
export interface GuestFiles {
  readonly spec: BuildSpec;
  readonly kernel: Kernel;
  readonly ramdisk: GuestFile | undefined;
}

const CHUNK_BYTES = 256 * PAGE_BYTES;

/** The arguments for building either type of guest. */
export interface GuestInBuild {
  readonly totalPages: number;
  readonly records: DomainRecords;
  readonly writer: GuestWriter;
  readonly log: CallLog;
}

/** The ramdisk in the guest's memory. */
export type Module = Segment & { readonly bytes: number };

/** Puts the kernel where it was linked to, and the ramdisk right behind it. */
export async function loadFiles(
  { kernel, ramdisk }: GuestFiles,
  segments: Segments,
  writer: GuestWriter,
): Promise<Module | undefined> {
  segments.allocate('kernel', Number(kernel.end - kernel.start), kernel.start);
  for (const { address, data } of kernel.parts) await writer.copy(Number(address), data);
  if (ramdisk === undefined) return undefined;
  const { bytes } = ramdisk;
  const segment = segments.allocate('module0', bytes);
  await writeRamdisk(ramdisk, segment.address, writer);
  return { ...segment, bytes };
}

/** As it is in its file. libxenguest unpacks it if it is gzipped, which a guest would do as well. */
async function writeRamdisk(
  { handle, bytes }: GuestFile,
  address: number,
  writer: GuestWriter,
): Promise<void> {
  const chunk = Buffer.alloc(CHUNK_BYTES);
  for (let at = 0; at < bytes;) {
    const { bytesRead } = await handle.read(chunk, 0, Math.min(CHUNK_BYTES, bytes - at), at);
    if (bytesRead === 0) return; // it was cut while we read it
    await writer.copy(address + at, chunk.subarray(0, bytesRead));
    at += bytesRead;
  }
}
