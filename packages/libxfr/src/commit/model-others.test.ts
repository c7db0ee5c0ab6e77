import { describe, expect, test } from '@jest/globals';
import { exploreOthers, wayTo, type Others } from './testing/model-others.ts';

const USER: Others = { who: ['user'], hasRule: true, confirms: true };
const XL: Others = { who: ['xl'], hasRule: true, confirms: true, at: ['source'] };

describe('a user with our tools', () => {
  test('who does not ask whose the guest is makes two run, and tears images', () => {
    const heedless = { ...USER, hasRule: false, confirms: false };
    expect(wayTo('twoRunning', heedless)?.at(-1)).toMatch(/vm-unpause|vm-save -c/);
    expect(wayTo('torn', heedless)?.join()).toMatch(/vm-unpause|vm-save -c/);
  });

  test('who lets the suspended guest run behind COMMITTED makes two run', () => {
    const way = wayTo('twoRunning', { ...USER, hasRule: false, at: ['source'] });
    expect(way).toEqual(expect.arrayContaining(['source: READY → committed', 'target: start']));
    expect(way?.join()).toMatch(/source: (vm-unpause|vm-save -c)/);
  });

  test.each([true, false])('who keeps to the rule does no harm (confirm: %s)', (confirms) => {
    const { evils, stuck, states } = exploreOthers({ ...USER, confirms });
    expect({ evils, stuck }).toEqual({ evils: [], stuck: 0 });
    expect(states).toBeGreaterThan(10_000);
  });
});

describe('xl, which knows no rule of ours', () => {
  test('has its guest destroyed while it runs, when the source does not look', () => {
    expect(wayTo('killed', { ...XL, confirms: false })).toContain('source: xl resume');
  });

  test.each(['twoRunning', 'torn'] as const)('at the source comes to "%s" only behind the look', (evil) => {
    const way = wayTo(evil, XL) ?? [];
    expect(way.indexOf('source: confirm')).toBeGreaterThan(0);
    expect(way.indexOf('source: xl resume')).toBeGreaterThan(way.indexOf('source: confirm'));
  });

  test('loses a guest that runs only in the moment between the look and the step', () => {
    expect(wayTo('killed', XL)?.slice(-3)).toEqual([
      'source: confirm',
      'source: xl resume',
      'source: destroy',
    ]);
  });

  test('on both sides can make two run, on an old image, and have both sides ask for ever: but that is never success', () => {
    const worst = exploreOthers({ ...XL, at: ['source', 'target'] });
    expect(worst.evils).toEqual(['twoRunning', 'torn', 'killed']);
    // A guest that was destroyed at the target before it was started: only its owner can say that it never ran.
    expect(worst.stuck).toBeGreaterThan(0);
  });
});
