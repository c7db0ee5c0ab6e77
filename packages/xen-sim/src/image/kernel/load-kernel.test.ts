import { describe, expect, test } from '@jest/globals';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { VmToolsError } from '@vm-tools/errors';
import { guestKernel } from '../../host/guest-kernel.ts';
import { CallLog } from '../call-log.ts';
import { kernelFile } from '../testing/kernel-file.ts';
import { parseKernel, readKernelFile } from './load-kernel.ts';

const logOf = (call: string): CallLog => new CallLog(call, 7);
const parsed = (file: Uint8Array, type: 'pv' | 'pvh' = 'pvh'): ReturnType<typeof parseKernel> =>
  parseKernel(Buffer.from(file), type, logOf('xc_dom_parse_image'));

async function read(content: Uint8Array | string): Promise<Buffer> {
  await using file = await kernelFile(content);
  return await readKernelFile(file.path, logOf('xc_dom_kernel_file'));
}

/** The simulator's kernel with something else in place of the first such bytes. */
function withBytes(wanted: string | Uint8Array, instead: string | Uint8Array): Buffer {
  const file = guestKernel();
  file.set(Buffer.from(instead), file.indexOf(Buffer.from(wanted)));
  return file;
}

describe('a file', () => {
  test('as it is, or out of its gzip wrapping', async () => {
    expect((await read(guestKernel())).equals(guestKernel())).toBe(true);
    expect((await read(gzipSync(guestKernel()))).equals(guestKernel())).toBe(true);
  });

  test('that cannot be had', async () => {
    const unreadable = { code: 'XEN_FILE_UNREADABLE', kind: 'usage' };
    await expect(readKernelFile('/nowhere/kernel', logOf('xc_dom_kernel_file'))).rejects.toMatchObject({
      ...unreadable,
      message: "xc_dom_kernel_file: failed to open file '/nowhere/kernel': No such file or directory",
      details: { call: 'xc_dom_kernel_file', domid: 7, errnoName: 'ENOENT' },
    });
    await expect(readKernelFile('/dev/null', logOf('xc_dom_kernel_file'))).rejects.toMatchObject(unreadable);
    await expect(readKernelFile('/', logOf('xc_dom_kernel_file'))).rejects.toThrow(
      'xc_dom_kernel_file: tried to map file which is too large: Out of memory',
    );
    await expect(read('')).rejects.toThrow('zero length file');
    await expect(read(Buffer.from('1f8b0800', 'hex'))).rejects.toThrow('inflate failed');
  });
});

describe('a kernel', () => {
  test('of ELF lies where it is linked to', async () => {
    for (const type of ['pv', 'pvh'] as const) {
      const kernel = await parsed(guestKernel(), type);
      expect(kernel).toMatchObject({ start: 0x100000n, entry: 0x100000n, isTruncated: false });
      expect(kernel.parts[0]!.data.toString('hex')).toBe('faf4ebfd');
    }
  });

  const invalid = {
    code: 'XEN_KERNEL_INVALID',
    kind: 'usage',
    details: expect.objectContaining({ call: 'xc_dom_parse_image' }),
  };
  const noLoader = 'xc_dom_parse_image: xc_dom_find_loader: no loader found: Invalid kernel';
  const not32Bit = 'xc_dom_parse_image: xc_dom_parse_hvm_kernel: ELF image is not 32bit: Invalid kernel';
  /** the note PHYS32_ENTRY from its type on */
  const physEntryAt = (third: number): Buffer =>
    Buffer.concat([Buffer.from('\x12\0\0\0Xen\0\0\0'), Buffer.of(third, 0)]);

  test.each<[what: string, file: Uint8Array, type: 'pv' | 'pvh', message: string]>([
    ['text', Buffer.from('name = "web"\n'), 'pvh', noLoader],
    ['half a header', guestKernel().subarray(0, 40), 'pvh', noLoader],
    ['without PHYS32_ENTRY', withBytes(physEntryAt(0x10), '\x13'), 'pvh', not32Bit],
    ['with an entry elsewhere', withBytes(physEntryAt(0x10), physEntryAt(0x20)), 'pvh', not32Bit],
    ['for another Xen', withBytes('xen-3.0', 'xen-4.0'), 'pv', noLoader],
    ['for no known loader', withBytes('generic', 'special'), 'pv', noLoader],
  ])('%s', async (_what, file, type, message) => {
    await expect(parsed(file, type)).rejects.toThrow(expect.objectContaining({ ...invalid, message }));
  });

  test('of 32 bits without notes counts as firmware', async () => {
    const file = Buffer.alloc(84 + 4);
    file.write('\u007fELF', 'latin1');
    file.set([1, 1, 1], 4);
    file.writeUInt32LE(0x2000, 24); // e_entry
    file.writeUInt32LE(52, 28); // e_phoff
    file.writeUInt16LE(32, 42);
    file.writeUInt16LE(1, 44);
    file.writeUInt32LE(1, 52); // PT_LOAD
    file.writeUInt32LE(84, 56);
    file.writeUInt32LE(0x2000, 64);
    file.writeUInt32LE(4, 68);
    file.writeUInt32LE(0x1000, 72);
    file.writeUInt32LE(5, 76);
    await expect(parsed(file)).resolves.toMatchObject({ start: 0x2000n, end: 0x3000n });
    await expect(parsed(file, 'pv')).rejects.toThrow(noLoader);
  });
});

describe('a bzImage', () => {
  function bzImage({
    version = 0x020f,
    length = 100,
    magic = 'fd377a585a00',
    payloadOffset = 0,
  } = {}): Buffer {
    const image = Buffer.alloc(1024 + 100);
    image[0x1f1] = 1;
    image.write('HdrS', 0x202);
    image.writeUInt16LE(version, 0x206);
    image.writeUInt32LE(payloadOffset, 0x248);
    image.writeUInt32LE(length, 0x24c);
    image.write(magic, 1024, 'hex');
    return image;
  }

  test('is taken as it is', async () => {
    const { start, parts } = await parsed(bzImage());
    expect(start).toBe(0x1000000n);
    expect(parts[0]!.data.length).toBe(100);
    await expect(parsed(bzImage(), 'pv')).resolves.toBeDefined();
  });

  test.each([
    [{ version: 0x0207 }, 'boot protocol too old (0207)'],
    [{ length: 101 }, 'payload length overflow'],
    [{ payloadOffset: 5000 }, 'payload offset overflow'],
    [{ magic: '00' }, 'unknown compression format'],
  ])('with %j is refused', async (options, problem) => {
    await expect(parsed(bzImage(options))).rejects.toThrow(
      expect.objectContaining({
        code: 'XEN_KERNEL_INVALID',
        message: `xc_dom_parse_image: xc_dom_probe_bzimage_kernel: ${problem}: Invalid kernel`,
        log: [expect.any(String), expect.stringContaining('no loader found')],
      }),
    );
  });
});

test('of any file comes a kernel or a typed error', async () => {
  const contents = fc.oneof(
    fc.uint8Array({ maxLength: 600 }),
    fc.tuple(fc.nat(4095), fc.nat(255), fc.nat(3)).map(([at, byte, more]) => {
      const file = guestKernel();
      return file.fill(byte, at % 400, (at % 400) + more + 1);
    }),
  );
  await fc.assert(
    fc.asyncProperty(contents, fc.constantFrom('pv' as const, 'pvh' as const), async (content, type) => {
      try {
        const kernel = await parsed(content, type);
        expect(kernel.end).toBeGreaterThanOrEqual(kernel.start);
      } catch (error) {
        expect(error).toBeInstanceOf(VmToolsError);
      }
    }),
    { numRuns: 500 },
  );
});
