import { expect, test } from '@jest/globals';
import {
  encodeAbsentHead,
  encodeHvmContext,
  encodeHvmParams,
  encodeP2mFrames,
  encodePageDataHead,
  encodePvInfo,
  encodeRecord,
  encodeTscInfo,
  encodeVcpuRecord,
} from './encode.ts';
import { PAGE_TYPE } from './page-type.ts';
import { RECORD } from './record-type.ts';

/** As libxc writes it, byte by byte. */
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

test('a record is type, length and body, padded to eight bytes', () => {
  expect(hex(encodeRecord(RECORD.END))).toBe('00000000' + '00000000');
  expect(hex(encodeRecord(RECORD.HVM_CONTEXT, Buffer.from('0102030405060708', 'hex')))).toBe(
    '09000000' + '08000000' + '0102030405060708',
  );
  expect(hex(encodeRecord(RECORD.HVM_CONTEXT, Buffer.of(1, 2, 3)))).toBe(
    '09000000' + '03000000' + '0102030000000000',
  );
});

test('the head of PAGE_DATA has the length of all, pages included', () => {
  const head = encodePageDataHead([
    { pfn: 0x12345, type: PAGE_TYPE.NOTAB },
    { pfn: 0xffff_ffff, type: PAGE_TYPE.L4TAB_PIN },
    { pfn: 0x5_0000_0001, type: PAGE_TYPE.XTAB },
  ]);
  expect(hex(head)).toBe(
    '01000000' +
      '20200000' +
      '03000000' +
      '00000000' +
      '4523010000000000' +
      'ffffffff000000c0' +
      '01000000050000f0',
  );
  expect(hex(encodePageDataHead([{ pfn: 2 ** 32, type: PAGE_TYPE.XALLOC }]).subarray(16))).toBe(
    '00000000010000e0',
  );
});

test('a hole is written as its pfns one by one would be', () => {
  const pfns = [0xfe000, 0xfe001, 0xfe002];
  const one = encodePageDataHead(pfns.map((pfn) => ({ pfn, type: PAGE_TYPE.XTAB })));
  expect(hex(encodeAbsentHead(0xfe000, pfns.length))).toBe(hex(one));
});

test('X86_PV_INFO has levels that go with the width', () => {
  expect(hex(encodePvInfo(8))).toBe('02000000' + '08000000' + '0804000000000000');
  expect(hex(encodePvInfo(4))).toBe('02000000' + '08000000' + '0403000000000000');
});

test('X86_PV_P2M_FRAMES', () => {
  expect(hex(encodeP2mFrames(1, 0x203, [7, 2 ** 33]))).toBe(
    '03000000' + '18000000' + '01000000' + '03020000' + '0700000000000000' + '0000000002000000',
  );
});

test.each([
  ['BASIC', '04'],
  ['EXTENDED', '05'],
  ['XSAVE', '06'],
  ['MSRS', '0c'],
] as const)('X86_PV_VCPU_%s', (part, type) => {
  expect(hex(encodeVcpuRecord(part, 258, Buffer.from('aabbccddeeff0011', 'hex')))).toBe(
    `${type}000000` + '10000000' + '02010000' + '00000000' + 'aabbccddeeff0011',
  );
});

test('X86_TSC_INFO', () => {
  expect(hex(encodeTscInfo({ mode: 1, khz: 2, nsec: 3n, incarnation: 4 }))).toBe(
    '08000000' + '18000000' + '01000000' + '02000000' + '0300000000000000' + '04000000' + '00000000',
  );
});

test('HVM_PARAMS', () => {
  expect(
    hex(
      encodeHvmParams([
        [1, 5n],
        [17, 2n ** 63n],
      ]),
    ),
  ).toBe(
    '0a000000' +
      '28000000' +
      '02000000' +
      '00000000' +
      '0100000000000000' +
      '0500000000000000' +
      '1100000000000000' +
      '0000000000000080',
  );
});

test('HVM_CONTEXT begins with a header and has an end', () => {
  const entry = { type: 2, instance: 3, data: Buffer.of(9, 8) };
  expect(hex(encodeHvmContext([entry]))).toBe(
    '09000000' +
      '32000000' +
      '0100' +
      '0000' +
      '18000000' +
      '86123854' +
      '01000000' +
      '00'.repeat(16) +
      '0200' +
      '0300' +
      '02000000' +
      '0908' +
      '0000' +
      '0000' +
      '00000000' +
      '00'.repeat(6),
  );
});
