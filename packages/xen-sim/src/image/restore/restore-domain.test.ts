import { PassThrough, Readable } from 'node:stream';
import { finished, pipeline } from 'node:stream/promises';
import { beforeAll, describe, expect, test } from '@jest/globals';
import type { RestoreCall, RestoreSpec } from '@vm-tools/xc-native';
import {
  encodeHvmContext,
  encodeHvmParams,
  encodeLibxcHeader,
  encodePageDataHead,
  encodeRecord,
  encodeTscInfo,
  PAGE_TYPE,
  RECORD,
} from '@vm-tools/xen-stream';
import { PAGE_BYTES } from '../../memory/index.ts';
import {
  CONSOLE_PFN,
  emptyDomain,
  machineFor,
  pvhSpec,
  smallGuest,
  STORE_PFN,
} from '../testing/guest-host.ts';
import { savedStream } from '../testing/streams.ts';
import { restoreDomain } from './restore-domain.ts';

const machine = machineFor();
let image: Buffer;
beforeAll(async () => {
  image = await savedStream(machine, smallGuest(machine));
});

function restoring(spec: RestoreSpec = pvhSpec): RestoreCall & { readonly domid: number } {
  const { domid } = emptyDomain(machine, { type: spec.type });
  return { domid, ...restoreDomain(machine, domid, spec) };
}

/** The error for such a stream. */
async function complaint(bytes: Uint8Array, spec?: RestoreSpec): Promise<unknown> {
  return (await refusal(bytes, spec)).says;
}

/** The same, with the runs of pages that the domain has got nevertheless. */
async function refusal(
  bytes: Uint8Array,
  spec?: RestoreSpec,
): Promise<{ readonly says: unknown; readonly pages: readonly unknown[] }> {
  const { sink, done, domid } = restoring(spec);
  sink.end(bytes);
  const error = (await done.then(
    () => 'accepted',
    (thrown: unknown) => thrown,
  )) as { code: string; message: string };
  const pages = [...machine.requireDomain(domid, 'test').memory.ranges()];
  machine.destroyDomain(domid);
  if (typeof error === 'string') return { says: error, pages };
  expect(error.code).toMatch(/^XEN_/);
  return { says: error.message.replace('xc_domain_restore: ', ''), pages };
}

test('frames come out, ports are set, rings are cleared', async () => {
  const { sink, done, domid } = restoring();
  await pipeline(Readable.from([image.subarray(0, 50), image.subarray(50)]), sink);
  expect(await done).toEqual({ storeFrame: BigInt(STORE_PFN), consoleFrame: BigInt(CONSOLE_PFN) });
  const { memory, hvmParams } = machine.requireDomain(domid, 'test');
  expect(memory.isZero(STORE_PFN)).toBe(true);
  expect(hvmParams.get(2)).toBe(3n);
  expect(hvmParams.get(18)).toBe(4n);
  expect(hvmParams.get(36)).toBe(2n);
});

test('bytes behind END are not looked at, unless they come late', async () => {
  const { sink, done } = restoring();
  sink.write(Buffer.concat([image, Buffer.from('more')]));
  await done;
  const late = Promise.withResolvers<Error | null | undefined>();
  sink.write('late', late.resolve);
  expect(await late.promise).toMatchObject({ code: 'EPIPE' });
});

describe('how it ends', () => {
  test('a truncated image', async () => {
    const { sink, done } = restoring();
    const failed = {
      code: 'XEN_CALL_FAILED',
      message: 'xc_domain_restore: Failed to read Record Header from stream (0 = Success)',
      log: [
        'error: Failed to read Record Header from stream (0 = Success): Internal error',
        'error: Restore failed (0 = Success): Internal error',
      ],
    };
    await expect(pipeline(Readable.from([image.subarray(0, -8)]), sink)).rejects.toMatchObject(failed);
    await expect(done).rejects.toMatchObject(failed);
  });

  test('a refused image fails its writer, with the cause', async () => {
    const { sink } = restoring();
    const endless = new PassThrough();
    endless.write(Buffer.from('bad0000000000bad'.repeat(3), 'hex'));
    await expect(pipeline(endless, sink)).rejects.toMatchObject({
      message: 'xc_domain_restore: Invalid marker: Got 0xad0b00000000d0ba',
    });
  });

  test('a writer that gives up', async () => {
    const { sink, done } = restoring();
    sink.write(image.subarray(0, 1000));
    sink.destroy();
    await expect(done).rejects.toThrow('Failed to read 172552 bytes of data for record');
  });

  test('an abort while libxc waits for more', async () => {
    const abort = new AbortController();
    const { domid } = emptyDomain(machine);
    const { sink, done } = restoreDomain(machine, domid, pvhSpec, { signal: abort.signal });
    sink.write(image.subarray(0, 100), () => abort.abort());
    await expect(done).rejects.toMatchObject({
      code: 'INTERRUPTED',
      message: `interrupted while restoring domain ${domid}`,
      leftovers: [],
    });
    await expect(finished(sink)).rejects.toMatchObject({ code: 'INTERRUPTED' });
  });

  test('an abort before the start', async () => {
    const { domid } = emptyDomain(machine);
    const { done } = restoreDomain(machine, domid, pvhSpec, { signal: AbortSignal.abort() });
    await expect(done).rejects.toMatchObject({ code: 'INTERRUPTED', log: [] });
  });

  test('a stream that breaks where it is told to', async () => {
    const { domid } = emptyDomain(machine);
    const failAfter = { afterBytes: 10_000, errno: 'EIO' } as const;
    const { sink, done } = restoreDomain(machine, domid, pvhSpec, { begin: async () => failAfter });
    sink.end(image);
    await expect(done).rejects.toMatchObject({
      message: expect.stringContaining('(0x00000001, Page data) (5 = Input/output error)'),
      details: { errnoName: 'EIO' },
    });
  });

  test('too little memory: what libxc makes of it', async () => {
    const { domid } = emptyDomain(machine);
    machine.domainSetmaxmem(domid, 40);
    const { sink, done } = restoreDomain(machine, domid, pvhSpec);
    sink.end(image);
    await expect(done).rejects.toMatchObject({
      message: 'xc_domain_restore: Failed to populate physmap (16 = Device or resource busy)',
    });
  });

  test('a domain that is destroyed on the way', async () => {
    const { sink, done, domid } = restoring();
    await new Promise((resolve) => sink.write(image.subarray(0, 30_000), resolve));
    machine.destroyDomain(domid);
    sink.end(image.subarray(30_000));
    await expect(done).rejects.toMatchObject({ code: 'XEN_CALL_FAILED' });
  });

  test('a domain that there is not', async () => {
    await expect(restoreDomain(machine, 4000, pvhSpec).done).rejects.toMatchObject({ code: 'XEN_NO_DOMAIN' });
  });
});

describe('what is refused', () => {
  const header = encodeLibxcHeader({ version: 3, type: 'hvm', xenMajor: 4, xenMinor: 17 });
  const start = Buffer.concat([header, encodeRecord(RECORD.STATIC_DATA_END)]);
  const page = (pfn: number): Uint8Array =>
    Buffer.concat([encodePageDataHead([{ pfn, type: PAGE_TYPE.NOTAB }]), Buffer.alloc(PAGE_BYTES)]);
  const patched = (bytes: Uint8Array, at: number, ...values: number[]): Buffer => {
    const copy = Buffer.from(bytes);
    copy.set(values, at);
    return copy;
  };
  const pvHeader = encodeLibxcHeader({ version: 3, type: 'pv', xenMajor: 4, xenMinor: 17 });

  test.each<[what: string, bytes: Uint8Array[], says: string]>([
    ['nothing', [], 'Failed to read Image Header from stream (0 = Success)'],
    ['half a header', [header.subarray(0, 30)], 'Failed to read Domain Header from stream (0 = Success)'],
    ['a PV stream', [pvHeader], 'Unable to restore x86 PV domain into an x86 HVM domain'],
    [
      'a clock of the future',
      [start, encodeTscInfo({ mode: 9, khz: 1, nsec: 0n, incarnation: 0 })],
      'Unable to set TSC information (22 = Invalid argument)',
    ],
    [
      'a param of the future',
      [start, encodeHvmParams([[99, 1n]])],
      'set HVM param 99 = 0x0000000000000001 (22 = Invalid argument)',
    ],
    [
      'a page cut off',
      [start, page(1).subarray(0, -1)],
      'Failed to read 4112 bytes of data for record (0x00000001, Page data) (0 = Success)',
    ],
  ])('by libxc: %s', async (_what, bytes, says) => {
    expect(await complaint(Buffer.concat(bytes))).toBe(says);
  });

  // libxc refuses all but the last two as well; the simulator has no words of libxc of its own for what is unsound.
  test.each<[what: string, bytes: Uint8Array[], says: string]>([
    [
      'another id',
      [patched(header, 8, 0x59)],
      'libxc image header at byte 0: this is unknown data (ffffffffffffffff…)',
    ],
    ['version 4', [patched(header, 15, 4)], 'libxc image header at byte 0: version 4 is neither 2 nor 3'],
    [
      'big endian',
      [patched(header, 17, 1)],
      'libxc image header at byte 0: it was written by a big endian host',
    ],
    ['large pages', [patched(header, 28, 13)], 'libxc domain header at byte 24: page shift 13 is not 12'],
    [
      'no static data end',
      [header, page(1)],
      'PAGE_DATA record 0 at byte 40: it has no place in the static data part',
    ],
    [
      'two of them',
      [start, encodeRecord(RECORD.STATIC_DATA_END)],
      'STATIC_DATA_END record 1 at byte 48: it has no place in the memory part',
    ],
    [
      'a record without end',
      [start, patched(encodeRecord(RECORD.X86_TSC_INFO), 4, 0xff, 0xff, 0xff, 0xff)],
      'X86_TSC_INFO record 1 at byte 48: its length is 4294967295, not 24',
    ],
    [
      'a record larger than memory',
      [start, patched(encodeRecord(RECORD.HVM_CONTEXT), 4, 0, 0, 0, 2)],
      'HVM_CONTEXT record 1 at byte 48: its length 33554432 is beyond 16777216',
    ],
    [
      'a checkpoint',
      [start, encodeRecord(RECORD.CHECKPOINT)],
      'CHECKPOINT record 1 at byte 48: it belongs to a stream of checkpoints (Remus, COLO)',
    ],
    [
      'an old record',
      [start, encodeRecord(RECORD.TOOLSTACK)],
      'TOOLSTACK record 1 at byte 48: libxc no longer takes it',
    ],
    [
      'a record of PV',
      [start, encodeRecord(RECORD.SHARED_INFO, Buffer.alloc(4096))],
      'SHARED_INFO record 1 at byte 48: it has no place in the stream of a domain of type hvm',
    ],
    [
      'an empty batch',
      [start, encodeRecord(RECORD.PAGE_DATA, Buffer.alloc(16))],
      'PAGE_DATA record 1 at byte 48: it lists no pfn',
    ],
    [
      'a batch that is no batch',
      [start, encodeRecord(RECORD.PAGE_DATA, Buffer.alloc(4))],
      'PAGE_DATA record 1 at byte 48: its length is 4, less than 16',
    ],
    [
      'a batch with too many pfns',
      [start, encodeRecord(RECORD.PAGE_DATA, patched(Buffer.alloc(16), 0, 2))],
      'PAGE_DATA record 1 at byte 48: its length 16 has no room for 2 pfns',
    ],
    [
      'a batch without its page',
      [start, encodeRecord(RECORD.PAGE_DATA, patched(Buffer.alloc(16), 0, 1))],
      'PAGE_DATA record 1 at byte 48: its length is 16, but 1 pages with data make 4112',
    ],
    [
      'a page of no type',
      [
        start,
        encodeRecord(
          RECORD.PAGE_DATA,
          patched(Buffer.alloc(16), 0, 1, 0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0x50),
        ),
      ],
      'PAGE_DATA record 1 at byte 48: pfn 0x5 is of the unknown type 5',
    ],
    [
      'a pfn beyond anything',
      [start, page(2 ** 40)],
      'PAGE_DATA record 1 at byte 48: pfn 0x10000000000 is beyond the limit of 268435456 pfns',
    ],
    [
      'a clock that is none',
      [start, encodeRecord(RECORD.X86_TSC_INFO, Buffer.alloc(8))],
      'X86_TSC_INFO record 1 at byte 48: its length is 8, not 24',
    ],
    [
      'half a policy',
      [header, encodeRecord(RECORD.X86_CPUID_POLICY, Buffer.alloc(25))],
      'X86_CPUID_POLICY record 0 at byte 40: its length 25 is impossible',
    ],
    [
      'params that are not there',
      [start, encodeRecord(RECORD.HVM_PARAMS, patched(Buffer.alloc(8), 0, 3))],
      'HVM_PARAMS record 1 at byte 48: its length 8 does not fit 3 params',
    ],
    ['no context', [start, encodeRecord(RECORD.END)], 'END record 1 at byte 48: HVM_CONTEXT is missing'],
    [
      'a context that does not end',
      [start, encodeRecord(RECORD.HVM_CONTEXT, Buffer.alloc(64, 1)), encodeRecord(RECORD.END)],
      'HVM_CONTEXT record 1 at byte 48: entry 0 (type 257) is longer than the record',
    ],
    [
      'an optional record',
      [start, encodeRecord(0x8000_0077 as never, Buffer.alloc(3))],
      'unknown (0x80000077) record 1 at byte 48: it is optional, and of unknown type',
    ],
    [
      'no ring of xenstore',
      [start, encodeHvmContext([]), encodeHvmParams([]), encodeRecord(RECORD.END)],
      'END record 3 at byte 112: HVM_PARAMS has no STORE_PFN',
    ],
  ])('by the verifier, and nothing of it is taken: %s', async (_what, bytes, says) => {
    expect(await refusal(Buffer.concat(bytes))).toEqual({ says, pages: [] });
  });

  test('not: pages without contents, of which only some are to have memory', async () => {
    const stream = Buffer.concat([
      start,
      encodePageDataHead([
        { pfn: 9, type: PAGE_TYPE.XTAB },
        { pfn: 10, type: PAGE_TYPE.XALLOC },
        { pfn: 11, type: PAGE_TYPE.BROKEN },
      ]),
      encodeHvmContext([]),
      encodeHvmParams([
        [1, 10n],
        [17, 10n],
      ]),
      encodeRecord(RECORD.END),
    ]);
    const { sink, done, domid } = restoring();
    sink.end(stream);
    expect(await done).toEqual({ storeFrame: 10n, consoleFrame: 10n });
    expect([...machine.requireDomain(domid, 'test').memory.ranges()]).toEqual([[10, 1]]);
  });

  test('not: pages that differ from those sent before, behind VERIFY', async () => {
    const tailAt = image.indexOf(encodeTscInfo({ mode: 0, khz: 2_400_000, nsec: 0n, incarnation: 1 }));
    const [head, tail] = [image.subarray(0, tailAt), image.subarray(tailAt)];
    const { domid } = emptyDomain(machine);
    const lines: string[] = [];
    const { sink, done } = restoreDomain(machine, domid, pvhSpec, { onLog: (line) => lines.push(line) });
    sink.end(Buffer.concat([head, encodeRecord(RECORD.VERIFY), page(0), page(2), tail]));
    await done;
    expect(lines.filter((line) => line.startsWith('error'))).toEqual([
      'error: verify pfn 0x0 failed (type 0x0): Internal error',
    ]);
  });
});

test('from Xen 4.18 on there is no way back: what a newer Xen wrote fails at its end', async () => {
  const newer = Buffer.from(image);
  newer.writeUInt32LE(18, 36);
  expect(await refusal(newer)).toMatchObject({
    says: 'Unable to restore HVM context (22 = Invalid argument)',
    pages: expect.arrayContaining([[63, 1]]),
  });
});

test('lines are passed on as they come', async () => {
  const { domid } = emptyDomain(machine);
  const lines: string[] = [];
  const { sink, done } = restoreDomain(machine, domid, pvhSpec, { onLog: (line) => lines.push(line) });
  sink.end(image);
  await done;
  expect(lines).toEqual([
    'info: Found x86 HVM domain from Xen 4.17',
    'info: Restoring domain',
    'info: Restore successful',
    'info: XenStore: mfn 0x3c, dom 0, evt 3',
    'info: Console: mfn 0x3f, dom 0, evt 4',
  ]);
});
