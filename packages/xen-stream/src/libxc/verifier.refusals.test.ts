/** One test for each thing that a stream can get wrong. */
import { describe, expect, test } from '@jest/globals';
import {
  context,
  end,
  hvmHeader,
  hvmMemory,
  hvmStart,
  notab,
  params,
  patched,
  pvHeader,
  pvInfo,
  pvMemory,
  pvStart,
  sharedInfo,
  staticDataEnd,
  vcpu0,
} from '../testing/pieces.ts';
import { CONSOLE_PFN, STORE_PFN } from '../testing/synthetic-pvh.ts';
import { verdictOf } from '../testing/verdict.ts';
import { encodeHvmParams, encodeP2mFrames, encodeRecord, encodeVcpuRecord } from './encode.ts';
import { RECORD } from './record-type.ts';

type Refusal = (what: string, message: RegExp, ...stream: (Uint8Array | Uint8Array[])[]) => void;

const refusedAs =
  (code: string): Refusal =>
  (what, message, ...stream) =>
    test(what, () => {
      expect(verdictOf(stream.flat())).toMatchObject({ code, message: expect.stringMatching(message) });
    });
const foreign = refusedAs('STREAM_FOREIGN');
const truncated = refusedAs('STREAM_TRUNCATED');
const corrupt = refusedAs('STREAM_CORRUPT');
const unsupported = refusedAs('STREAM_UNSUPPORTED');
const tooLarge = refusedAs('STREAM_TOO_LARGE');

const zeroes = (length: number): Buffer => Buffer.alloc(length);

describe('headers', () => {
  foreign('an empty file', /an empty file/);
  foreign('gzip', /gzip data/, Buffer.from('1f8b0800000000000003', 'hex'));
  foreign('an image in xl format', /in xl format/, Buffer.from('Xen saved domain, xl format\n'));
  truncated('half a magic', /only 5 bytes/, hvmHeader.subarray(0, 5));
  truncated('half a header', /libxc header at byte 30/, hvmHeader.subarray(0, 30));
  unsupported('version 4', /version 4/, patched(hvmHeader, 15, 4));
  unsupported('big endian', /big endian/, patched(hvmHeader, 17, 1));
  corrupt('unknown options', /unknown options 0x100/, patched(hvmHeader, 16, 1));
  for (const at of [18, 19, 20, 23])
    corrupt(`reserved bits of the image header, at ${at}`, /reserved/, patched(hvmHeader, at, 1));
  corrupt('another type of domain', /domain type 3/, patched(hvmHeader, 24, 3));
  corrupt('pages of 64 KiB', /page shift 16/, patched(hvmHeader, 28, 16));
  corrupt('reserved bits of the domain header', /reserved/, patched(hvmHeader, 30, 1));
});

describe('any record', () => {
  const oddContext = encodeRecord(RECORD.HVM_CONTEXT, zeroes(17));
  corrupt('an unknown one', /no such record/, hvmHeader, patched(end, 0, 0x13));
  unsupported('an optional one', /optional/, hvmHeader, patched(end, 0, 0x13, 0, 0, 0x80));
  unsupported('a checkpoint', /Remus/, hvmMemory, encodeRecord(RECORD.CHECKPOINT));
  unsupported('TOOLSTACK', /no longer/, hvmMemory, encodeRecord(RECORD.TOOLSTACK, zeroes(8)));
  corrupt('END with a body', /its length is 8, not 0/, hvmMemory, encodeRecord(RECORD.END, zeroes(8)));
  tooLarge('one longer than any', /beyond/, hvmMemory, patched(notab(1)[0]!, 4, 0, 0, 0, 0x10));
  tooLarge('one longer than its kind', /beyond/, hvmMemory, patched(context, 7, 0x02));
  corrupt('padding that is not zero', /padding/, hvmMemory, patched(oddContext, 27, 1));
  corrupt('of PV in HVM', /type hvm/, hvmHeader, pvInfo);
  corrupt('of HVM in PV', /type pv/, pvMemory, context);
});

describe('order', () => {
  const cpuid = encodeRecord(RECORD.X86_CPUID_POLICY, zeroes(24));
  corrupt('memory before STATIC_DATA_END', /static data part/, hvmHeader, notab(1));
  corrupt('STATIC_DATA_END twice', /memory part/, hvmStart, staticDataEnd);
  corrupt('STATIC_DATA_END in version 2', /version 2/, patched(hvmHeader, 15, 2), staticDataEnd);
  corrupt('CPUID behind STATIC_DATA_END', /memory part/, hvmStart, cpuid);
  corrupt('memory in the tail', /tail part/, hvmMemory, context, notab(1));
  corrupt('PV_INFO twice', /twice/, pvHeader, pvInfo, pvInfo);
  corrupt(
    'the p2m before PV_INFO',
    /before X86_PV_INFO/,
    pvHeader,
    staticDataEnd,
    encodeP2mFrames(0, 4, [0]),
  );
  corrupt('PV memory before the p2m', /before X86_PV_P2M_FRAMES/, pvStart, notab(0));
});

describe('static data and TSC', () => {
  const tscInfo = encodeRecord(RECORD.X86_TSC_INFO, Buffer.alloc(24, 1));
  corrupt('half a CPUID leaf', /length 28/, hvmHeader, encodeRecord(RECORD.X86_CPUID_POLICY, zeroes(28)));
  corrupt('no CPUID leaf', /less than 24/, hvmHeader, encodeRecord(RECORD.X86_CPUID_POLICY));
  corrupt('half an MSR', /length 24/, hvmHeader, encodeRecord(RECORD.X86_MSR_POLICY, zeroes(24)));
  corrupt('reserved bits of TSC_INFO', /reserved/, hvmMemory, tscInfo);
  for (const [width, levels] of [
    [8, 3],
    [8, 5],
    [5, 3],
    [4, 2],
    [0, 4],
  ] as const)
    corrupt(
      `width ${width} with ${levels} levels`,
      /does not exist/,
      pvHeader,
      patched(pvInfo, 8, width, levels),
    );
  corrupt('width 4 with 4 levels', /does not exist/, pvHeader, patched(pvInfo, 8, 4));
  corrupt('reserved bits of PV_INFO', /reserved/, pvHeader, patched(pvInfo, 15, 1));
});

describe('PAGE_DATA', () => {
  const head = notab(1)[0]!;
  const longList = patched(head, 4, 0, 0, 0, 0x08, 0, 0, 0x20);
  corrupt('no pfn', /lists no pfn/, hvmStart, encodeRecord(RECORD.PAGE_DATA, zeroes(16)));
  corrupt('reserved bits', /reserved/, hvmStart, patched(head, 12, 1));
  corrupt('more pfns than fit', /no room/, hvmStart, patched(head, 9, 0x10));
  tooLarge('too long a list of pfns', /2097152 pfns/, hvmStart, longList);
  corrupt('a page too many', /length is 8208/, hvmStart, patched(head, 5, 0x20));
  corrupt('an unknown type', /pfn 0x1 is of the unknown type 6/, hvmStart, patched(head, 23, 0x60));
  corrupt('reserved bits of a pfn', /set in pfn 0x1/, hvmStart, patched(head, 22, 0x10));
  tooLarge('a pfn beyond the limit', /beyond the limit/, hvmStart, patched(head, 19, 0x10));
  tooLarge('a pfn of 52 bits', /beyond the limit/, hvmStart, patched(head, 22, 0x0f));
  corrupt('a pfn beyond the p2m', /beyond the p2m/, pvMemory, notab(5));
});

describe('HVM', () => {
  const body = Buffer.from(context.subarray(8));
  const contextOf = (bytes: Uint8Array): Uint8Array => encodeRecord(RECORD.HVM_CONTEXT, bytes);
  const shortHeader = Buffer.from('0100000017000000' + '86123854' + '00'.repeat(19) + '00'.repeat(8), 'hex');
  const pages = (storePfn: number, consolePfn: number): Uint8Array =>
    encodeHvmParams([
      [1, BigInt(storePfn)],
      [17, BigInt(consolePfn)],
    ]);
  const store = (pfn: bigint): Uint8Array => encodeHvmParams([[1, pfn]]);
  corrupt('no context', /HVM_CONTEXT is missing/, hvmMemory, params, end);
  corrupt('no params', /no STORE_PFN/, hvmMemory, context, end);
  corrupt('no console', /no CONSOLE_PFN/, hvmMemory, context, store(BigInt(STORE_PFN)), end);
  corrupt('a store page without memory', /STORE_PFN is 0x7/, hvmMemory, context, params, store(7n), end);
  corrupt('a store page of 64 bits', /no page/, hvmMemory, context, params, store(2n ** 64n - 1n), end);
  corrupt('fewer params than said', /3 params/, hvmMemory, patched(params, 8, 3));
  corrupt('reserved bits of params', /reserved/, hvmMemory, patched(params, 12, 1));
  corrupt('a context without header', /begin with a header/, hvmMemory, contextOf(zeroes(16)));
  corrupt('a context with a bad magic', /begin with a header/, hvmMemory, patched(context, 16, 0));
  corrupt('a context without end', /no end/, hvmMemory, contextOf(body.subarray(0, -8)));
  corrupt('a context entry that is too long', /longer than the record/, hvmMemory, patched(context, 14, 1));
  corrupt('a context entry that is too long by one', /entry 0 .*longer/, hvmMemory, patched(context, 12, 33));
  corrupt('a later one', /entry 1 \(type 0\) is longer/, hvmMemory, patched(context, 44, 1));
  corrupt('another entry first', /begin with a header/, hvmMemory, patched(context, 8, 2));
  corrupt('too short a header', /begin with a header/, hvmMemory, contextOf(shortHeader));
  corrupt(
    'a store page beside a good console',
    /STORE_PFN is 0x7/,
    hvmMemory,
    context,
    pages(7, CONSOLE_PFN),
    end,
  );
  corrupt(
    'a console beside a good store page',
    /CONSOLE_PFN is 0x7/,
    hvmMemory,
    context,
    pages(STORE_PFN, 7),
    end,
  );
  corrupt(
    'a store page beyond 32 bits',
    /no page/,
    hvmMemory,
    context,
    params,
    store(2n ** 32n + BigInt(STORE_PFN)),
    end,
  );
  corrupt('bytes behind a context', /8 bytes follow/, hvmMemory, contextOf(Buffer.concat([body, zeroes(8)])));
});

describe('PV', () => {
  const holed = [encodeP2mFrames(512, 512, [0]), ...notab(0)];
  const farFrames = [encodeP2mFrames(0, 0, [0]), encodeP2mFrames(1024, 1024, [0])];
  const xsave1 = encodeVcpuRecord('XSAVE', 1, zeroes(16));
  const tail = [...pvMemory, sharedInfo];
  corrupt('p2m from end to start', /behind its end/, pvStart, encodeP2mFrames(5, 4, [0]));
  corrupt('too few p2m frames', /take 2 frames, not 1/, pvStart, encodeP2mFrames(0, 512, [0]));
  tooLarge('a p2m beyond the limit', /beyond the limit/, pvStart, encodeP2mFrames(2 ** 28, 2 ** 28, [0]));
  corrupt('a p2m frame that cannot be', /impossible/, pvStart, encodeP2mFrames(0, 4, [2 ** 40]));
  corrupt('a p2m frame at the limit', /impossible/, pvStart, encodeP2mFrames(0, 4, [2 ** 28]));
  corrupt('a later hole', /frame 1 of the p2m/, pvStart, farFrames, notab(0), sharedInfo, vcpu0, end);
  corrupt('SHARED_INFO first', /before X86_PV_INFO/, pvHeader, staticDataEnd, sharedInfo);
  corrupt('no PV_INFO', /X86_PV_INFO is missing/, pvHeader, staticDataEnd, end);
  corrupt('no p2m', /X86_PV_P2M_FRAMES is missing/, pvStart, end);
  corrupt('a p2m with a hole', /frame 0 of the p2m is missing/, pvStart, holed, end);
  corrupt('a p2m without its page', /which has no page/, pvStart, encodeP2mFrames(0, 4, [1]), notab(0), end);
  corrupt('no SHARED_INFO', /SHARED_INFO is missing/, pvMemory, vcpu0, end);
  corrupt('no vcpu', /of vcpu 0 is missing/, tail, end);
  corrupt('half a vcpu', /of vcpu 1 is missing/, tail, vcpu0, xsave1, end);
  corrupt('a vcpu of the other width', /2800 bytes/, tail, encodeVcpuRecord('BASIC', 0, zeroes(2800)));
  corrupt('vcpu 8192', /no vcpu 8192/, tail, patched(vcpu0, 9, 0x20));
  corrupt('reserved bits of a vcpu', /reserved/, tail, patched(vcpu0, 12, 1));
  corrupt('too much EXTENDED', /129 bytes/, tail, encodeVcpuRecord('EXTENDED', 0, zeroes(129)));
  corrupt('too little XSAVE', /8 bytes/, tail, encodeVcpuRecord('XSAVE', 0, zeroes(8)));
  corrupt('half an MSR', /24 bytes/, tail, encodeVcpuRecord('MSRS', 0, zeroes(24)));
});
