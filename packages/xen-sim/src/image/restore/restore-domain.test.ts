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

/** What libxc says of such a stream. */
async function complaint(bytes: Uint8Array, spec?: RestoreSpec): Promise<unknown> {
  const { sink, done, domid } = restoring(spec);
  sink.end(bytes);
  const error = (await done.then(
    () => 'accepted',
    (thrown: unknown) => thrown,
  )) as { code: string; message: string };
  machine.destroyDomain(domid);
  if (typeof error === 'string') return error;
  expect(error.code).toMatch(/^XEN_/);
  return error.message.replace('xc_domain_restore: ', '');
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

  test('a refused image fails whoever still writes, with the cause', async () => {
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
    const { sink, done } = restoreDomain(machine, domid, pvhSpec, { failAfter });
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

describe('what libxc says', () => {
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
    ['another id', [patched(header, 8, 0x59)], 'Invalid ID: Expected 0x58454e46, Got 0x59454e46'],
    ['version 4', [patched(header, 15, 4)], 'Invalid Version: Expected 2 <= ver <= 3, Got 4'],
    ['big endian', [patched(header, 17, 1)], 'Unable to handle big endian streams'],
    ['a PV stream', [pvHeader], 'Unable to restore x86 PV domain into an x86 HVM domain'],
    ['large pages', [patched(header, 28, 13)], 'Invalid page size 8192 for x86 HVM domains'],
    ['no static data end', [header, page(1)], 'No STATIC_DATA_END seen'],
    ['two of them', [start, encodeRecord(RECORD.STATIC_DATA_END)], 'Multiple STATIC_DATA_END records found'],
    [
      'a record without end',
      [start, patched(encodeRecord(RECORD.X86_TSC_INFO), 4, 0xff, 0xff, 0xff, 0xff)],
      'Record (0x00000008, x86 TSC info) length 0xffffffff exceeds max (0x8000000)',
    ],
    [
      'a record larger than memory',
      [start, patched(encodeRecord(RECORD.HVM_CONTEXT), 4, 0, 0, 0, 2)],
      'Unable to allocate 33554432 bytes for record data (0x00000009, HVM context)',
    ],
    ['a checkpoint', [start, encodeRecord(RECORD.CHECKPOINT)], 'Found checkpoint in non-checkpointed stream'],
    [
      'an old record',
      [start, encodeRecord(RECORD.TOOLSTACK)],
      'Mandatory record 0xb (Toolstack) not handled',
    ],
    [
      'a record of PV',
      [start, encodeRecord(RECORD.SHARED_INFO, Buffer.alloc(4096))],
      'Mandatory record 0x7 (Shared info) not handled',
    ],
    [
      'an empty batch',
      [start, encodeRecord(RECORD.PAGE_DATA, Buffer.alloc(16))],
      'Expected at least 1 pfn in PAGE_DATA record',
    ],
    [
      'a batch that is no batch',
      [start, encodeRecord(RECORD.PAGE_DATA, Buffer.alloc(4))],
      'PAGE_DATA record truncated: length 4, min 8',
    ],
    [
      'a batch with too many pfns',
      [start, encodeRecord(RECORD.PAGE_DATA, patched(Buffer.alloc(16), 0, 2))],
      'PAGE_DATA record (length 16) too short to contain 2 pfns worth of information',
    ],
    [
      'a batch without its page',
      [start, encodeRecord(RECORD.PAGE_DATA, patched(Buffer.alloc(16), 0, 1))],
      'PAGE_DATA record wrong size: length 16, expected 8 + 8 + 4096',
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
      'Unknown type 0x50000000 for pfn 0x5 (index 0)',
    ],
    [
      'a pfn beyond anything',
      [start, page(2 ** 40)],
      'Failed to populate physmap (16 = Device or resource busy)',
    ],
    [
      'a clock that is none',
      [start, encodeRecord(RECORD.X86_TSC_INFO, Buffer.alloc(8))],
      'X86_TSC_INFO record wrong size: length 8, expected 24',
    ],
    [
      'a clock of the future',
      [start, encodeTscInfo({ mode: 9, khz: 1, nsec: 0n, incarnation: 0 })],
      'Unable to set TSC information (22 = Invalid argument)',
    ],
    [
      'half a policy',
      [header, encodeRecord(RECORD.X86_CPUID_POLICY, Buffer.alloc(25))],
      'X86_CPUID_POLICY size 25 should be multiple of 24',
    ],
    [
      'params that are not there',
      [start, encodeRecord(RECORD.HVM_PARAMS, patched(Buffer.alloc(8), 0, 3))],
      'HVM_PARAMS record truncated: header 8, count 3, expected len 48, got 8',
    ],
    [
      'a param of the future',
      [start, encodeHvmParams([[99, 1n]])],
      'set HVM param 99 = 0x0000000000000001 (22 = Invalid argument)',
    ],
    [
      'no context',
      [start, encodeRecord(RECORD.END)],
      'Unable to restore HVM context (61 = No data available)',
    ],
    [
      'a context that does not end',
      [start, encodeRecord(RECORD.HVM_CONTEXT, Buffer.alloc(64, 1)), encodeRecord(RECORD.END)],
      'Unable to restore HVM context (61 = No data available)',
    ],
    [
      'a page cut off',
      [start, page(1).subarray(0, -1)],
      'Failed to read 4112 bytes of data for record (0x00000001, Page data) (0 = Success)',
    ],
  ])('of %s', async (_what, bytes, says) => {
    expect(await complaint(Buffer.concat(bytes))).toBe(says);
  });

  test('nothing, of much that a verifier would not let pass', async () => {
    const stream = Buffer.concat([
      start,
      encodeRecord(0x8000_0077 as never, Buffer.alloc(3)),
      encodePageDataHead([
        { pfn: 9, type: PAGE_TYPE.XTAB },
        { pfn: 10, type: PAGE_TYPE.XALLOC },
        { pfn: 11, type: PAGE_TYPE.BROKEN },
      ]),
      encodeHvmContext([]),
      encodeHvmParams([]),
      encodeRecord(RECORD.END),
    ]);
    const { sink, done, domid } = restoring();
    sink.end(stream);
    expect(await done).toEqual({ storeFrame: 0n, consoleFrame: 0n });
    expect([...machine.requireDomain(domid, 'test').memory.ranges()]).toEqual([[10, 1]]);
  });

  test('of pages that differ from those sent before, behind VERIFY', async () => {
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
