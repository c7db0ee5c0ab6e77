import { describe, expect, test } from '@jest/globals';
import { VmToolsError } from '@vm-tools/errors';
import { imageCorpus } from './corpus/images.ts';
import { joined } from './mutate/units.ts';
import { problemOf } from './oracle/libxc-format.ts';
import { createRandom } from './random.ts';
import { inputOf, readFindings, REGRESSIONS } from './run/finding.ts';
import { growthOf } from './run/memory.ts';
import { run } from './run/run.ts';
import { allTargets } from './targets/index.ts';
import { must, type Target } from './target.ts';

const targets = await allTargets();

describe('what reads what others have written', () => {
  test('keeps its promises for some thousand damaged inputs, always the same ones', async () => {
    const { results, findings } = await run({ targets, count: 4000, seed: 2026, looks: 0 });
    expect(findings).toEqual([]);
    expect(results.map(({ target }) => target)).toEqual(targets.map(({ name }) => name));
    // Nothing is learnt from inputs that are refused at their first byte.
    for (const { target, verdicts } of results)
      expect([target, Object.keys(verdicts).length > 1]).toEqual([target, true]);
  });

  test('still does so for what it has once failed at', async () => {
    const regressions = await readFindings(REGRESSIONS);
    expect(regressions.length).toBeGreaterThan(0);
    for (const [name, finding] of regressions) {
      const target = targets.find((one) => one.name === finding.target);
      expect([name, typeof (await target?.feed(inputOf(finding)))]).toEqual([name, 'string']);
    }
  });

  test('takes what is damaged in no way', async () => {
    const image = targets.find(({ name }) => name === 'image');
    const file = targets.find(({ name }) => name === 'image file');
    const stream = targets.find(({ name }) => name === 'libxc stream');
    for (const { head, libxc, tail } of await imageCorpus()) {
      expect(await stream?.feed(joined(libxc))).toBe('accepted');
      expect(await image?.feed(joined([...head, ...libxc, ...tail]))).toBe('accepted');
      expect(await file?.feed(joined([...head, ...libxc, ...tail]))).toBe('accepted');
      expect(problemOf(Buffer.concat(joined(libxc)))).toBeUndefined();
    }
  });
});

test('an input is the same one from the same numbers, and another one from others', () => {
  for (const target of targets) {
    const make = (seed: number): string =>
      Buffer.concat([...target.make(createRandom(seed, 1))]).toString('latin1');
    expect(make(1) === make(1)).toBe(true);
    expect([1, 2, 3, 4, 5].some((seed) => make(seed) !== make(0))).toBe(true);
  }
});

describe('a run finds', () => {
  const feeding = (feed: Target['feed'], looks = 0) => {
    const target: Target = {
      name: 'a reader',
      group: 'control',
      weight: 1,
      make: (random) => [Buffer.from([random.below(4)])],
      feed,
    };
    return run({ targets: [target], count: 200, seed: 1, looks });
  };

  test('nothing where there is nothing', async () => {
    const { results, findings } = await feeding(([bytes]) => (bytes?.[0] === 0 ? 'refused' : 'accepted'));
    expect(findings).toEqual([]);
    const { refused = 0, accepted = 0 } = results[0]?.verdicts ?? {};
    expect([refused > 0, refused + accepted]).toEqual([true, 200]);
  });

  test('a crash, with the input', async () => {
    const { findings } = await feeding(([bytes]) => {
      if (bytes?.[0] === 2) throw new TypeError('x is not a function');
      return 'accepted';
    });
    expect(findings[0]).toMatchObject({
      target: 'a reader',
      problem: expect.stringContaining('TypeError: x is not a function'),
      input: [Buffer.from([2]).toString('base64')],
    });
    expect(findings.length).toBeLessThanOrEqual(20);
  });

  test('a promise that is not kept', async () => {
    const { findings } = await feeding(([bytes]) => {
      must(bytes?.[0] !== 1, 'one is accepted');
      return 'accepted';
    });
    expect(findings[0]?.problem).toContain('Violation: one is accepted');
  });

  test('memory that grows', async () => {
    const kept: unknown[] = [];
    const { findings } = await feeding(() => {
      kept.push(new Array(16_384).fill(kept.length));
      return 'accepted';
    }, 8);
    expect(findings[0]?.problem).toMatch(/^each input leaves \d{6}\.\d bytes behind$/);
  });
});

test('growth is that of the later samples, and noise is none', () => {
  const samples = Array.from({ length: 20 }, (_, index) => ({
    inputs: 1000 * index,
    bytes: 1e6 + 100 * (index % 3),
  }));
  expect(growthOf(samples).isBounded).toBe(true);
  const warm = samples.map((sample, index) => ({ ...sample, bytes: index < 5 ? 0 : 5e7 }));
  expect(growthOf(warm)).toEqual({ bytesEach: 0, isBounded: true });
  const growing = samples.map(({ inputs }) => ({ inputs, bytes: 2000 * inputs }));
  expect(growthOf(growing)).toEqual({ bytesEach: 2000, isBounded: false });
  expect(growthOf([]).isBounded).toBe(true);
});

describe('the other reading of the format', () => {
  const spoilt: readonly (readonly [what: string, spoil: (stream: Buffer) => Buffer, problem: RegExp])[] = [
    ['magic', (stream) => (stream.writeUInt8(0, 3), stream), /image header/],
    ['end', (stream) => stream.subarray(0, -8), /no END/],
    ['bytes behind it', (stream) => Buffer.concat([stream, Buffer.alloc(8)]), /8 bytes follow/],
    ['record', (stream) => (stream.writeUInt32LE(0x55, 40), stream), /no place/],
  ];
  test.each(spoilt)('misses its %s', async (_what, spoil, problem) => {
    for (const { libxc } of await imageCorpus())
      expect(problemOf(spoil(Buffer.concat(joined(libxc))))).toMatch(problem);
  });
});

test('an error without a type is no answer', async () => {
  const { expectError } = await import('./expect-error.ts');
  const rules = { codes: /^A_B$/, placed: /^A_B$/, bytes: 10 };
  const error = (code: string, details = {}) => new VmToolsError({ code, message: 'it is broken', details });
  expect(() => expectError(new TypeError('x'), rules)).toThrow(TypeError);
  expect(() => expectError(error('C'), rules)).toThrow(/no code of this reader/);
  expect(() => expectError(error('A_B'), rules)).toThrow(/undefined of 10 bytes/);
  expect(() => expectError(error('A_B', { offset: 11 }), rules)).toThrow(/11 of 10 bytes/);
  expect(expectError(error('A_B', { offset: 10 }), rules)).toBe('A_B');
});
