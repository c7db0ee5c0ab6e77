import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Scheduling } from '../scheduling/scheduling.ts';
import { readScheduling, writeScheduling } from './scheduling.ts';
import { updateLibxlJson } from './update-libxl-json.ts';

const VCPUS = 4;
type Build = Record<string, unknown>;

const written = (scheduling: Scheduling, build: Build = {}): Build => {
  writeScheduling(build, scheduling);
  return JSON.parse(JSON.stringify(build)) as Build;
};
const read = (build: Build, vcpus = VCPUS): Scheduling =>
  readScheduling(JSON.stringify({ b_info: build }), vcpus);

test('is written where libxl looks for it', () => {
  const scheduling = { hard: [[0, 1], [3]], soft: [[1]], weight: 512, cap: 40, online: [0, 1] };
  expect(written(scheduling)).toEqual({
    vcpu_hard_affinity: [[0, 1], [3]],
    vcpu_soft_affinity: [[1]],
    numa_placement: 'False',
    avail_vcpus: [0, 1],
    sched_params: { weight: 512, cap: 40 },
  });
});

const lists = fc.array(fc.uniqueArray(fc.nat(300), { minLength: 1, maxLength: 8 }), {
  minLength: 1,
  maxLength: VCPUS,
});
const maybe = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(value, { nil: undefined });

test('what was written is read again, whatever stood there before', () => {
  fc.assert(
    fc.property(
      fc.record({
        hard: maybe(lists),
        soft: maybe(lists),
        weight: fc.integer({ min: 1, max: 0xffff }),
        cap: fc.nat(400),
        online: fc.subarray([0, 1, 2, 3], { minLength: 1 }),
      }),
      fc.dictionary(fc.constantFrom('vcpu_hard_affinity', 'sched_params', 'other'), fc.jsonValue()),
      (scheduling, before) => {
        const { weight, cap, online } = scheduling;
        const build = written(scheduling, { ...before });
        expect(read(build)).toEqual({
          ...scheduling,
          weight: weight === 256 ? undefined : weight,
          cap: cap === 0 ? undefined : cap,
          online: online.length === VCPUS ? undefined : online,
        });
        expect(build['other']).toEqual((JSON.parse(JSON.stringify(before)) as Build)['other']);
      },
    ),
  );
});

describe('what comes from elsewhere', () => {
  test('asks for nothing where it makes no sense', () => {
    const nothing = { hard: undefined, soft: undefined, weight: undefined, cap: undefined };
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const build = { vcpu_hard_affinity: [value, [-1]], sched_params: { weight: [value], cap: -1 } };
        const { online: _, hard, ...rest } = read(build);
        expect(rest).toEqual({ soft: undefined, weight: undefined, cap: undefined });
        for (const cpu of (hard ?? []).flat()) expect(Number.isInteger(cpu)).toBe(true);
      }),
    );
    expect(read({ vcpu_soft_affinity: [[]], avail_vcpus: [9, 'a'] })).toEqual({
      ...nothing,
      online: undefined,
    });
    for (const json of ['', '{}', '[]', '{"b_info":1}', 'null'])
      expect(readScheduling(json, VCPUS)).toEqual({});
  });

  test('may be of a release that leaves out what is by default', () => {
    expect(read({}).online).toEqual([0]); // libxl brings up no other
    expect(read({}, 1).online).toBeUndefined();
    expect(read({ sched_params: { weight: 256, cap: 0 } })).toMatchObject({
      weight: undefined,
      cap: undefined,
    });
    expect(read({ vcpu_hard_affinity: [[1], [2], [3], [4], [5]] }).hard).toHaveLength(VCPUS);
  });
});

test('where libxl has placed a domain on a node, what it would rather run on stays out', () => {
  const placed = { numa_placement: 'True' };
  expect(written({ soft: [[0]] }, { ...placed })).toEqual(placed);
  const json = JSON.stringify({ c_info: {}, b_info: placed });
  const updated = updateLibxlJson(json, { isPlacedAnew: true, scheduling: { soft: [[0]] } });
  expect(JSON.parse(updated)).toMatchObject({
    b_info: { numa_placement: 'False', vcpu_soft_affinity: [[0]] },
  });
});

test('vCPUs that are all there are no news', () => {
  expect(written({ online: [0] })).toEqual({});
  expect(written({ online: [0, 1] }, { avail_vcpus: [1, 0] })).toEqual({ avail_vcpus: [1, 0] });
  expect(written({ online: [0] }, { avail_vcpus: [1, 0] })).toEqual({ avail_vcpus: [0] });
});

test('a domain that may run everywhere again is pinned nowhere', () => {
  const before = { vcpu_hard_affinity: [[1]], sched_params: { weight: 512, cap: 10 } };
  expect(written({ weight: 256, cap: 0 }, before)).toEqual({ sched_params: { weight: 256, cap: 0 } });
});
