import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { parseBzImage, readElf, readerOf } from '@vm-tools/kernel-image';
import { XC_ERROR, type CallLog } from '../call-log.ts';
import { bzImageKernel } from './bzimage.ts';
import { FILE_MAX_BYTES, openGuestFile } from './guest-file.ts';
import { firmware, xenKernel, type Kernel } from './xen-kernel.ts';

const inflate = promisify<Buffer, { maxOutputLength: number }, Buffer>(gunzip);
/** what zlib would have said of damaged data */
const Z_DATA_ERROR = -3;

/** xc_dom_kernel_file: the file in memory, and out of its gzip wrapping, if it has one. */
export async function readKernelFile(path: string, log: CallLog): Promise<Buffer> {
  const { handle } = await openGuestFile(path, log);
  const file = await handle.readFile().finally(() => handle.close());
  if (file[0] !== 0x1f || file[1] !== 0x8b) return file;
  return inflate(file, { maxOutputLength: FILE_MAX_BYTES }).catch(() => {
    const text = `xc_dom_do_gunzip: inflate failed (rc=${Z_DATA_ERROR})`;
    throw log.panic('xg_dom_core.c:374', text, XC_ERROR.internal);
  });
}

/**
 * xc_dom_parse_image: an ELF file with Xen's notes for this type of domain, or a Linux kernel as it is installed.
 *
 * @throws VmToolsError XEN_KERNEL_INVALID
 */
export async function parseKernel(file: Buffer, type: 'pv' | 'pvh', log: CallLog): Promise<Kernel> {
  const bzImage = parseBzImage(file);
  const isWhole = bzImage !== undefined && bzImage !== 'cut';
  const found = isWhole ? bzImageKernel(file, bzImage, log) : await elfKernel(file, type, log);
  if (found !== undefined) return found;
  throw log.panic('xg_dom_core.c:689', 'xc_dom_find_loader: no loader found', XC_ERROR.invalidKernel);
}

async function elfKernel(file: Buffer, type: 'pv' | 'pvh', log: CallLog): Promise<Kernel | undefined> {
  const elf = await readElf(readerOf(file));
  if (elf === undefined) return undefined;
  const kernel = xenKernel(file, elf, type);
  if (kernel !== undefined || type === 'pv') return kernel;
  const loader = firmware(file, elf);
  if (loader !== undefined) return loader;
  const text = 'xc_dom_parse_hvm_kernel: ELF image is not 32bit';
  throw log.panic('xg_dom_hvmloader.c:110', text, XC_ERROR.invalidKernel);
}
