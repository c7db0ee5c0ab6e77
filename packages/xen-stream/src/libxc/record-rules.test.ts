import { describe, expect, test } from '@jest/globals';
import type { VmToolsError } from '@vm-tools/errors';
import { checkRecordBody, checkRecordHeader } from './record-rules.ts';
import { RECORD, RECORD_MAX_BYTES, recordName } from './record-type.ts';
import { newStreamState, type Phase, type StreamState } from './stream-state.ts';

const PHASES: readonly Phase[] = ['static data', 'memory', 'tail', 'end'];
const KIB = 1024;
const MIB = 1024 * KIB;
const place = { offset: 0, record: 'it' };

/** Where a record may come, and how long it may be. */
interface Expected {
  readonly domain?: 'pv' | 'hvm';
  readonly phases: readonly Phase[];
  readonly since?: 3;
  readonly bytes: readonly [min: number, max: number, step: number];
}

const STATIC = ['static data'] as const;
const MEMORY = ['memory'] as const;
const TAIL = ['memory', 'tail'] as const;
const VCPU: Expected = { domain: 'pv', phases: TAIL, bytes: [8, MIB, 1] };

const EXPECTED: readonly (readonly [keyof typeof RECORD, Expected])[] = [
  ['END', { phases: TAIL, bytes: [0, 0, 1] }],
  ['PAGE_DATA', { phases: MEMORY, bytes: [16, 128 * MIB, 8] }],
  ['X86_PV_INFO', { domain: 'pv', phases: ['static data', 'memory'], bytes: [8, 8, 1] }],
  ['X86_PV_P2M_FRAMES', { domain: 'pv', phases: MEMORY, bytes: [16, 16 * MIB, 8] }],
  ['X86_PV_VCPU_BASIC', VCPU],
  ['X86_PV_VCPU_EXTENDED', VCPU],
  ['X86_PV_VCPU_XSAVE', VCPU],
  ['X86_PV_VCPU_MSRS', VCPU],
  ['SHARED_INFO', { domain: 'pv', phases: TAIL, bytes: [4 * KIB, 4 * KIB, 1] }],
  ['X86_TSC_INFO', { phases: TAIL, bytes: [24, 24, 1] }],
  ['HVM_CONTEXT', { domain: 'hvm', phases: TAIL, bytes: [16, 16 * MIB, 1] }],
  ['HVM_PARAMS', { domain: 'hvm', phases: TAIL, bytes: [8, MIB, 8] }],
  ['VERIFY', { phases: MEMORY, bytes: [0, 0, 1] }],
  ['STATIC_DATA_END', { phases: STATIC, since: 3, bytes: [0, 0, 1] }],
  ['X86_CPUID_POLICY', { phases: STATIC, since: 3, bytes: [24, MIB, 24] }],
  ['X86_MSR_POLICY', { phases: STATIC, since: 3, bytes: [16, MIB, 16] }],
];

function stateIn(phase: Phase, type: 'pv' | 'hvm', version: 2 | 3 = 3): StreamState {
  const header = { version, type, xenMajor: 4, xenMinor: 17 };
  return { ...newStreamState(header, { maxPfns: 2 ** 20, maxPages: Infinity }), phase };
}

/** "fine", or the code of what is wrong with it. */
function judged(record: keyof typeof RECORD, length: number, state: StreamState): string {
  try {
    checkRecordHeader(RECORD[record], length, state, place);
    return 'fine';
  } catch (thrown) {
    return (thrown as VmToolsError).code;
  }
}

describe.each(EXPECTED)('%s', (record, { domain, phases, since = 2, bytes: [min, max, step] }) => {
  test('has its places in a stream', () => {
    for (const type of ['pv', 'hvm'] as const)
      for (const phase of PHASES) {
        const isFine = phases.includes(phase) && (domain ?? type) === type;
        expect([type, phase, judged(record, min, stateIn(phase, type))]).toEqual([
          type,
          phase,
          isFine ? 'fine' : 'STREAM_CORRUPT',
        ]);
      }
  });

  test('has the same places in version 2, whose static data ends with what has none there', () => {
    for (const phase of PHASES) {
      const isFine =
        since === 2 && (phases.includes(phase) || (phase === 'static data' && phases.includes('memory')));
      expect([phase, judged(record, min, stateIn(phase, domain ?? 'hvm', 2))]).toEqual([
        phase,
        isFine ? 'fine' : 'STREAM_CORRUPT',
      ]);
    }
  });

  test('has its lengths', () => {
    const here = (length: number): string => judged(record, length, stateIn(phases[0]!, domain ?? 'hvm'));
    const last = max - ((max - min) % step);
    expect([here(min), here(last)]).toEqual(['fine', 'fine']);
    if (min > 0) expect(here(min - 1)).toBe('STREAM_CORRUPT');
    if (min === max) expect([here(min + 1), here(min + 8)]).toEqual(['STREAM_CORRUPT', 'STREAM_CORRUPT']);
    else expect([here(last + step), here(max + 1)]).toEqual(['STREAM_TOO_LARGE', 'STREAM_TOO_LARGE']);
    if (step > 1) expect([here(min + 1), here(min + step)]).toEqual(['STREAM_CORRUPT', 'fine']);
    if (step === 1 && min < max) expect(here(min + 1)).toBe('fine');
  });

  test('is of version 3, or of 2 besides, where anything but static data ends that part', () => {
    const state = stateIn('static data', domain ?? 'hvm', 2);
    const isMemory = phases.includes('memory');
    expect(judged(record, min, state)).toBe(since === 3 ? 'STREAM_CORRUPT' : 'fine');
    const isLeft = isMemory && !phases.includes('static data');
    expect(state.phase).toBe(isLeft ? 'memory' : 'static data');
  });
});

describe('a part of the stream', () => {
  const body = (record: keyof typeof RECORD, state: StreamState, bytes = Buffer.alloc(0)): Phase => {
    checkRecordBody(RECORD[record], bytes, bytes.length, state, place);
    return state.phase;
  };

  test('begins with what has a place in it alone', () => {
    expect(body('STATIC_DATA_END', stateIn('static data', 'hvm'))).toBe('memory');
    expect(body('X86_CPUID_POLICY', stateIn('static data', 'hvm'), Buffer.alloc(24))).toBe('static data');
    expect(body('VERIFY', stateIn('memory', 'hvm'))).toBe('memory');
    expect(body('X86_TSC_INFO', stateIn('memory', 'hvm'), Buffer.alloc(24))).toBe('memory');
    expect(body('X86_TSC_INFO', stateIn('tail', 'hvm'), Buffer.alloc(24))).toBe('tail');
    expect(body('HVM_PARAMS', stateIn('memory', 'hvm'), Buffer.alloc(8))).toBe('tail');
    const pv = { ...stateIn('memory', 'pv'), width: 8 } as const;
    for (const record of ['X86_PV_VCPU_EXTENDED', 'X86_PV_VCPU_XSAVE', 'X86_PV_VCPU_MSRS'] as const)
      expect(body(record, { ...pv }, Buffer.alloc(8))).toBe('tail');
    expect(body('X86_PV_VCPU_BASIC', { ...pv }, Buffer.alloc(8))).toBe('tail');
    expect(body('SHARED_INFO', { ...pv }, Buffer.alloc(4096))).toBe('tail');
    expect(body('X86_PV_INFO', stateIn('static data', 'pv'), Buffer.of(8, 4, 0, 0, 0, 0, 0, 0))).toBe(
      'static data',
    );
  });

  test('is not begun by what is refused', () => {
    const state = stateIn('memory', 'hvm');
    expect(() => body('END', state)).toThrow(expect.objectContaining({ code: 'STREAM_CORRUPT' }));
    expect(state.phase).toBe('memory');
  });
});

test('padding is zero, and what it pads is not looked at as such', () => {
  const check = (bytes: Buffer, length: number) => (): void =>
    checkRecordBody(RECORD.X86_TSC_INFO, bytes, length, stateIn('memory', 'hvm'), place);
  const info = Buffer.concat([Buffer.alloc(20, 1), Buffer.alloc(4)]);
  expect(check(info, 24)).not.toThrow();
  expect(check(Buffer.concat([info, Buffer.of(0, 1)]), 24)).toThrow('its padding is not zero');
  for (const at of [20, 23]) {
    const wrong = Buffer.from(info);
    wrong[at] = 1;
    expect(check(wrong, 24)).toThrow('reserved bits are set');
  }
});

test.each([
  ['CHECKPOINT', RECORD.CHECKPOINT, 'STREAM_UNSUPPORTED', /Remus, COLO/],
  ['CHECKPOINT_DIRTY_PFN_LIST', RECORD.CHECKPOINT_DIRTY_PFN_LIST, 'STREAM_UNSUPPORTED', /back channel/],
  ['TOOLSTACK', RECORD.TOOLSTACK, 'STREAM_UNSUPPORTED', /no longer/],
  ['unknown (0x00000013)', 0x13, 'STREAM_CORRUPT', /no such record/],
  ['unknown (0x7fffffff)', 0x7fff_ffff, 'STREAM_CORRUPT', /no such record/],
  ['unknown (0x80000000)', 0x8000_0000, 'STREAM_UNSUPPORTED', /optional/],
])('%s is not taken', (name, type, code, message) => {
  expect(recordName(type)).toBe(name);
  expect(() => checkRecordHeader(type, 0, stateIn('memory', 'hvm'), place)).toThrow(
    expect.objectContaining({ code, message: expect.stringMatching(message) }),
  );
});

test('records have the numbers that libxc gives them', () => {
  expect(Object.values(RECORD)).toEqual([...Array(0x13).keys()]);
  expect(RECORD_MAX_BYTES).toBe(128 * MIB);
});
