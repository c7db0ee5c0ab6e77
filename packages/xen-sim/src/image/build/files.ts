import type { BuildSpec } from '@vm-tools/xc-native';
import { PAGE_BYTES } from '../../memory/index.ts';
import type { GuestFile } from '../kernel/guest-file.ts';
import type { Kernel } from '../kernel/xen-kernel.ts';
import type { GuestWriter } from './guest-writer.ts';

/** What a guest is made from: read, but not yet in its memory. */
export interface GuestFiles {
  readonly spec: BuildSpec;
  readonly kernel: Kernel;
  readonly ramdisk: GuestFile | undefined;
}

const CHUNK_BYTES = 256 * PAGE_BYTES;

export async function writeKernel({ parts }: Kernel, writer: GuestWriter): Promise<void> {
  for (const { address, data } of parts) await writer.copy(Number(address), data);
}

/** As it is in its file. libxenguest unpacks it if it is gzipped, which a guest would do as well. */
export async function writeRamdisk(
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
