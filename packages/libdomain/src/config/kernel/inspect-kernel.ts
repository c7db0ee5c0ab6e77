import { constants } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { isAbsolute } from 'node:path';
import { promisify } from 'node:util';
import { constants as zlib, gunzip } from 'node:zlib';
import { VmToolsError, messageOf } from '@vm-tools/errors';
import { FIRST_USABLE_PROTOCOL, parseBzImage, readElf, type BzImage } from '@vm-tools/kernel-image';
import { DOMAIN_TYPES, forEachType, PROFILES, type DomainType } from '../../types/index.ts';
import { looksLike } from '../problems/looks-like.ts';

/** The facts about a kernel that are known without building a domain from it. */
export interface KernelInfo {
  readonly path: string;
  /** bzImage is what Linux distributions install as vmlinuz */
  readonly format: 'elf' | 'bzImage' | 'gzip';
  /**
   * Whether it can be started as a domain of this type. 'unknown' when it is compressed: then only the domain
   * builder sees what is inside.
   */
  readonly supports: Readonly<Record<DomainType, boolean | 'unknown'>>;
}

const UNKNOWN = forEachType(() => 'unknown' as const);
const HEAD_BYTES = 64 * 1024;

/**
 * Looks at a kernel before anything is built: a wrong path or a wrong file is worth a clear word before a domain
 * exists. Reads headers and ELF notes only.
 *
 * @throws VmToolsError DOMAIN_KERNEL_MISSING or DOMAIN_KERNEL_INVALID, kind usage
 */
export async function inspectKernel(path: string): Promise<KernelInfo> {
  const size = await sizeOfFile(path);
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch((cause: unknown) => {
    throw missing(path, cause);
  });
  try {
    return await inspect(path, file, size);
  } catch (cause) {
    if (cause instanceof VmToolsError) throw cause;
    throw missing(path, cause);
  } finally {
    await file.close();
  }
}

/**
 * Refuses a kernel that says of itself that it cannot be started as this type of domain.
 *
 * @throws VmToolsError DOMAIN_KERNEL_WRONG_TYPE, kind usage
 */
export function checkKernel(kernel: KernelInfo, type: DomainType): void {
  if (kernel.supports[type] !== false) return;
  const { lack, linuxOption } = PROFILES[type].kernel;
  const other = DOMAIN_TYPES.find((possible) => kernel.supports[possible] !== false);
  throw new VmToolsError({
    code: 'DOMAIN_KERNEL_WRONG_TYPE',
    kind: 'usage',
    message: `the kernel ${kernel.path} cannot be started as a ${type} domain: ${lack}`,
    hint:
      other === undefined
        ? `build it for Xen; Linux needs ${linuxOption}`
        : `it can be started with type = "${other}"`,
    details: { path: kernel.path, type },
  });
}

/**
 * Refuses a ramdisk that cannot be read, before anything is built.
 *
 * @throws VmToolsError DOMAIN_RAMDISK_MISSING, kind usage
 */
export async function checkRamdisk(path: string): Promise<void> {
  if (!isAbsolute(path)) throw noRamdisk(path, 'the path is relative, and its folder is not known');
  const found = await stat(path).catch((cause: unknown) => {
    throw noRamdisk(path, whyNot(cause), cause);
  });
  if (!found.isFile()) throw noRamdisk(path, 'it is no regular file');
}

function noRamdisk(path: string, why: string, cause?: unknown): VmToolsError {
  return new VmToolsError({
    code: 'DOMAIN_RAMDISK_MISSING',
    kind: 'usage',
    message: `cannot read the ramdisk ${path}: ${why}`,
    hint: 'the path of a ramdisk is one of the control domain, not of the guest',
    details: { path },
    cause,
  });
}

async function sizeOfFile(path: string): Promise<number> {
  const found = await stat(path).catch((cause: unknown) => {
    throw missing(path, cause);
  });
  if (found.isDirectory()) throw notAKernel(path, 'a directory');
  if (!found.isFile()) throw notAKernel(path, 'a device, pipe or socket');
  return found.size;
}

async function inspect(path: string, file: FileHandle, size: number): Promise<KernelInfo> {
  const elf = await readElf((offset, bytes) => readAt(file, offset, bytes));
  if (elf !== undefined) {
    if (!elf.isX86) throw notAKernel(path, 'an ELF file for another processor');
    return { path, format: 'elf', supports: forEachType((type) => PROFILES[type].kernel.suits(elf)) };
  }
  const head = await readAt(file, 0, HEAD_BYTES);
  const bzImage = parseBzImage(head);
  if (bzImage !== undefined) {
    checkBzImage(path, bzImage, size);
    return { path, format: 'bzImage', supports: UNKNOWN };
  }
  if (head[0] === 0x1f && head[1] === 0x8b) {
    // libxenguest takes a gzipped ELF file. An initramfs begins the same way and is the likelier mistake.
    const inside = await beginningOf(head);
    if (inside.toString('latin1', 0, 4) === '\u007fELF') return { path, format: 'gzip', supports: UNKNOWN };
    throw notAKernel(path, `gzip compressed data, with ${looksLike(inside)} inside`);
  }
  throw notAKernel(path, looksLike(head));
}

async function readAt(file: FileHandle, offset: number, bytes: number): Promise<Buffer> {
  const buffer = Buffer.alloc(bytes);
  const { bytesRead } = await file.read(buffer, 0, bytes, offset);
  return buffer.subarray(0, bytesRead);
}

function checkBzImage(path: string, bzImage: BzImage | 'cut', size: number): void {
  if (bzImage === 'cut' || bzImage.protocol < FIRST_USABLE_PROTOCOL)
    throw notAKernel(path, 'a Linux kernel older than 2.6.26, which Xen cannot load');
  if (bzImage.payloadEnd > size) throw notAKernel(path, 'a truncated Linux kernel');
}

/** The first bytes of what a gzip file holds; empty if it is broken. */
async function beginningOf(head: Buffer): Promise<Buffer> {
  const options = { finishFlush: zlib.Z_SYNC_FLUSH };
  return promisify<Buffer, typeof options, Buffer>(gunzip)(head.subarray(0, 4096), options).catch(() =>
    Buffer.alloc(0),
  );
}

function whyNot(cause: unknown): string {
  const { code } = cause as NodeJS.ErrnoException;
  if (code === 'ENOENT' || code === 'ENOTDIR') return 'there is no such file';
  return code === 'EACCES' ? 'permission denied' : messageOf(cause);
}

function missing(path: string, cause: unknown): VmToolsError {
  return new VmToolsError({
    code: 'DOMAIN_KERNEL_MISSING',
    kind: 'usage',
    message: `cannot read the kernel ${path}: ${whyNot(cause)}`,
    hint: 'the path of a kernel is one of the control domain, not of the guest',
    details: { path },
    cause,
  });
}

function notAKernel(path: string, what: string): VmToolsError {
  return new VmToolsError({
    code: 'DOMAIN_KERNEL_INVALID',
    kind: 'usage',
    message: `${path} is not a kernel that Xen can start: it is ${what}`,
    hint: 'name an ELF file or a bzImage, for example the vmlinuz of a distribution',
    details: { path, looksLike: what },
  });
}
