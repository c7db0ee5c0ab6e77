import { describe, expect, test } from '@jest/globals';
import { CPU_FEATURE_NAMES } from '@vm-tools/xc-native';
import fc from 'fast-check';
import { SpecError } from '../config/xl/spec-error.ts';
import { formatCpuid, parseCpuid, withChanges } from './cpuid-text.ts';

function failure(text: string): SpecError {
  try {
    parseCpuid(text);
  } catch (thrown) {
    if (thrown instanceof SpecError) return thrown;
    throw thrown;
  }
  throw new Error('expected an error');
}

describe("xl's cpuid", () => {
  test.each<[text: string, changes: Record<string, boolean>, kept: string]>([
    ['', {}, 'host'],
    ['host', {}, 'host'],
    ['host,tm=0,sse3=0', { tm1: false, sse3: false }, 'host,tm1=0,sse3=0'],
    ['host,,umip=1,', { umip: true }, 'host,umip=1'],
    ['host,aes=0,aesni=1', { aesni: true }, 'host,aesni=1'],
    ['host,avx=0,avx=x', {}, 'host'],
    [
      'host,avx512-vbmi=0,avx512_ifma=0',
      { avx512_ifma: false, avx512_vbmi: false },
      'host,avx512-ifma=0,avx512-vbmi=0',
    ],
    ['host,clfsh=0', { clflush: false }, 'host,clfsh=0'],
  ])('"%s" changes %j', (text, changes, kept) => {
    expect(Object.fromEntries(parseCpuid(text))).toEqual(changes);
    expect(formatCpuid(parseCpuid(text))).toBe(kept);
  });

  test('is read as it was written', () => {
    const some = fc.array(fc.tuple(fc.constantFrom(...CPU_FEATURE_NAMES), fc.boolean()));
    fc.assert(
      fc.property(some, (entries) => {
        const changes = new Map(entries);
        expect(parseCpuid(formatCpuid(changes))).toEqual(changes);
      }),
    );
  });

  test.each<[text: string, code: string, message: string, hint: string]>([
    ['tm=0', 'CONFIG_INVALID', 'first word must be "host": "tm=0"', 'write "host," in front of it'],
    ['host,tm', 'CONFIG_INVALID', 'missing "=" in key=value: "tm"', 'write tm=0 to turn it off'],
    ['host,nosuchflag=0', 'CONFIG_INVALID', 'unknown CPUID flag name: "nosuchflag"', 'leave it out'],
    ['host,aesny=0', 'CONFIG_INVALID', 'unknown CPUID flag name: "aesny"', 'did you mean aesni?'],
    ['host,family=6', 'CONFIG_UNSUPPORTED', 'no feature of a processor: "family"', 'leave it out'],
    ['host,clflush=8', 'CONFIG_UNSUPPORTED', 'no feature of a processor: "clflush"', 'leave it out'],
    [
      'host,aes=k',
      'CONFIG_UNSUPPORTED',
      'the value of the host itself cannot be had: "aes=k"',
      'write 0, 1 or x',
    ],
    [
      'host,aes=2',
      'CONFIG_INVALID',
      'illegal CPUID value (must be: [0|1|x|k|s]): "aes=2"',
      'write 0, 1 or x',
    ],
  ])('"%s" is refused', (text, code, message, hint) => {
    expect(failure(text)).toMatchObject({ code, message, hint });
  });
});

test('features are changed, and the others are not', () => {
  const changes = new Map([
    ['avx', false],
    ['fpu', true],
    ['umip', true],
  ]);
  expect(withChanges(['fpu', 'avx', 'aesni'], changes)).toEqual(['fpu', 'aesni', 'umip']);
});
