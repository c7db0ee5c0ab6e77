import { describe, expect, it } from '@jest/globals';
import { parseScenario, wordsFor } from './scenario.ts';

describe('parseScenario', () => {
  it('reads guests and faults', () => {
    const scenario = parseScenario({
      guests: { 'web*': { dirty: '20M/s', locality: 0.8, seed: 7 } },
      faults: [{ call: 'domainBuild', nth: 2, errno: 'ENOMEM' }],
    });
    expect(scenario).toEqual({
      guests: { 'web*': { dirty: 20 * 2 ** 20, locality: 0.8, seed: 7 } },
      faults: [{ call: 'domainBuild', nth: 2, errno: 'ENOMEM' }],
    });
    expect(parseScenario({})).toEqual({ guests: {}, faults: [] });
  });

  it('reads bridges and disks', () => {
    expect(parseScenario({ bridges: ['xenbr0', 'lan'], disks: { '/dev/vg/web': '10G' } })).toMatchObject({
      bridges: ['xenbr0', 'lan'],
      disks: { '/dev/vg/web': 10 * 2 ** 30 },
    });
    expect(parseScenario({ faults: [{ call: 'dom0.*', errno: 'EIO' }] })).toMatchObject({ faults: [{}] });
  });

  it.each([
    [{ gests: {} }, 'scenario > gests cannot be set here', 'did you mean scenario > guests?'],
    [
      { guests: { web: { entropi: 'text' } } },
      'scenario > guests > web > entropi cannot be set here',
      'did you mean scenario > guests > web > entropy?',
    ],
    [
      { faults: [{ call: 'domainBuild', errno: 'EIO', times_: 1 }] },
      'scenario > faults > 0 > times_ cannot be set here',
      'did you mean scenario > faults > 0 > times?',
    ],
    [{ guests: { web: { set: true } } }, 'scenario > guests > web > set: Invalid input', undefined],
    [{ bridges: ['a/b'] }, /^scenario > bridges > 0: Invalid string/, undefined],
    [
      { disks: { '/dev/vg/web': 'large' } },
      /^scenario > disks > \/dev\/vg\/web: "large" is not a size/,
      undefined,
    ],
    [{ disks: { web: '1G' } }, /^scenario > disks > web: Invalid key/, undefined],
    [{ faults: [{ call: 'backend.vtpm', hang: true }] }, /no call is named "backend.vtpm"/, undefined],
    [[], /^scenario: Invalid input: expected object/, undefined],
  ])('%j is refused', (value, message, hint) => {
    const expected = { code: 'XEN_SIM_SCENARIO', kind: 'usage', hint };
    expect(() => parseScenario(value)).toThrow(expect.objectContaining(expected));
    expect(() => parseScenario(value)).toThrow(message);
  });
});

describe('wordsFor', () => {
  it('lets the later of two patterns win, word by word', () => {
    const scenario = parseScenario({
      guests: { '*': { set: '1M', tick: '2s' }, 'web*': { tick: '3s' }, db: { tick: '4s' } },
    });
    expect(wordsFor(scenario, 'web1')).toEqual({ set: 2 ** 20, tick: 3000 });
    expect(wordsFor(undefined, 'web1')).toEqual({});
  });
});
