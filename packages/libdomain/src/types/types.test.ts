import { describe, expect, it } from '@jest/globals';
import { DOMAIN_TYPES, forEachType, isDomainType, PROFILES, type DomainType, type Profile } from './index.ts';

const HOST = { hvm: false, pv: false, hap: false, shadow: false, gnttabV1: true, gnttabV2: true };

describe('a profile', () => {
  it.each([
    ['pv', { pv: true }, true],
    ['pv', { hvm: true, hap: true, shadow: true }, false],
    ['pvh', { hvm: true, hap: true }, true],
    ['pvh', { hvm: true, shadow: true }, true],
    ['pvh', { hvm: true }, false],
    ['pvh', { pv: true, hap: true }, false],
  ] as const)('says of %s whether a host with %j can run it: %s', (type, capabilities, suits) => {
    expect(PROFILES[type].host.suits({ ...HOST, ...capabilities })).toBe(suits);
  });

  it('says what can be saved live', () => {
    const live = (capabilities: object): unknown =>
      forEachType((type) => PROFILES[type].save.canBeLive({ ...HOST, ...capabilities }));
    expect(live({ shadow: true })).toEqual({ pv: true, pvh: true });
    expect(live({})).toEqual({ pv: false, pvh: true });
  });

  it('is there for each type, and for no other word', () => {
    expect(Object.keys(PROFILES)).toEqual([...DOMAIN_TYPES]);
    for (const word of ['hvm', 'unknown', '', undefined]) expect(isDomainType(word)).toBe(false);
  });
});

describe('what does not compile', () => {
  it('is a type without a profile, or a profile without one of its answers', () => {
    type WithHvm = Readonly<Record<DomainType | 'hvm', Profile>>;
    // @ts-expect-error: Property 'hvm' is missing
    const _1: WithHvm = PROFILES;

    const { machine: _machine, ...withoutMachine } = PROFILES.pvh;
    // @ts-expect-error: Property 'machine' is missing
    const _2: WithHvm = { ...PROFILES, hvm: withoutMachine };
    // @ts-expect-error: the domain builder does not know 'hvm' either
    const _3: Profile['build'] = (size) => ({ ...PROFILES.pvh.build(size), type: 'hvm' });
    // @ts-expect-error: nor does the call that creates a domain
    const _4: Profile['create'] = () => ({ type: 'hvm' });
    expect(PROFILES.pvh.machine).toBeDefined();
  });
});
