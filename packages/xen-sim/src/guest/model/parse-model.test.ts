import { describe, expect, it } from '@jest/globals';
import { VmToolsError } from '@vm-tools/errors';
import fc from 'fast-check';
import { parseGuestModel } from './parse-model.ts';

describe('parseGuestModel', () => {
  it('reads the words that are its own', () => {
    const cmdline =
      'console=hvc0 sim.dirty=20M/s sim.set=1.5GiB sim.locality=0.8 sim.entropy=text sim.suspend=slow:3s ' +
      'sim.shutdown=late:500ms sim.precopy=crash sim.tick=2m sim.seed=7 quiet';
    expect(parseGuestModel(cmdline)).toEqual({
      dirtyRate: 20 * 2 ** 20,
      workingSet: 1.5 * 2 ** 30,
      locality: 0.8,
      entropy: 'text',
      onSuspend: { manner: 'slow', ms: 3000 },
      onShutdown: { manner: 'late', ms: 500 },
      inPrecopy: 'crash',
      tickMs: 120_000,
      seed: 7,
    });
  });

  it('makes an idle and polite guest of nothing', () => {
    const polite = { manner: 'polite', ms: 0 };
    expect(parseGuestModel('root=/dev/xvda')).toMatchObject({
      dirtyRate: 0,
      workingSet: 0,
      onSuspend: polite,
      onShutdown: polite,
      tickMs: 1000,
    });
  });

  it('gives a dirtying guest something to dirty', () => {
    expect(parseGuestModel('sim.dirty=1M').workingSet).toBe(64 * 2 ** 20);
    expect(parseGuestModel('sim.dirty=1M sim.set=2M').workingSet).toBe(2 * 2 ** 20);
    expect(parseGuestModel('sim.dirty=off').workingSet).toBe(0);
  });

  it('takes the manner of suspending for that of shutting down, and the last of two words', () => {
    expect(parseGuestModel('sim.suspend=polite sim.suspend=rude').onShutdown.manner).toBe('rude');
    expect(parseGuestModel('sim.tick=off').tickMs).toBe(0);
    expect(parseGuestModel('sim.tick=1ms').tickMs).toBe(10);
  });

  it.each([
    ['sim.dirt=20M', 'sim.dirt cannot be set here', 'did you mean sim.dirty?'],
    ['sim.wibble=1', 'sim.wibble cannot be set here', /^what can be set is dirty, set, /],
    ['sim.dirty', 'sim.dirty has no value', 'write sim.NAME=VALUE'],
    ['sim.dirty=', 'sim.dirty= has no value', 'write sim.NAME=VALUE'],
    ['sim.dirty=fast', /^sim\.dirty: "fast" is not a rate: write bytes per second like 10M/, undefined],
    ['sim.dirty=9999T', /^sim\.dirty: "9999T" is not a rate that a guest can write at/, undefined],
    ['sim.set=64M/s', /^sim\.set: "64M\/s" is not a size/, undefined],
    ['sim.set=off', /^sim\.set: "off" is not a size/, undefined],
    ['sim.locality=2', /^sim\.locality: Too big/, undefined],
    ['sim.entropy=high', /^sim\.entropy: Invalid option/, undefined],
    ['sim.suspend=kind', /^sim\.suspend: "kind" is none of polite, silent, rude, slow:TIME/, undefined],
    ['sim.suspend=slow', /^sim\.suspend: "slow" is none of/, undefined],
    ['sim.suspend=slow:3', /^sim\.suspend: "3" is not a time: write for example 500ms/, undefined],
    ['sim.tick=25d', /^sim\.tick: "25d" is not a time/, undefined],
    ['sim.tick=9999999h', /^sim\.tick: "9999999h" is not a time/, undefined],
    ['sim.seed=-1', /^sim\.seed: Too small/, undefined],
    ['sim.__proto__=1', 'sim.__proto__ cannot be set here', /^what can be set/],
    [`sim.seed=${'9'.repeat(5000)}`, /^sim\.seed: Too big/, undefined],
  ])('%j is refused', (cmdline, message, hint) => {
    const expected = { code: 'XEN_SIM_GUEST_MODEL', kind: 'usage', message: matching(message) };
    expect(() => parseGuestModel(cmdline)).toThrow(expect.objectContaining(expected));
    if (hint === undefined) return;
    expect(() => parseGuestModel(cmdline)).toThrow(expect.objectContaining({ hint: matching(hint) }));
  });

  it('either reads a command line or says what is wrong with it', () => {
    const name = fc.constantFrom('dirty', 'set', 'locality', 'suspend', 'tick', 'seed', 'x');
    const value = fc.oneof(fc.string(), fc.constantFrom('1M', '0.5', 'slow:1s', '1e9', 'NaN'));
    const words = fc.array(fc.tuple(name, value).map(([word, text]) => `sim.${word}=${text}`));
    fc.assert(
      fc.property(words, (cmdline) => {
        try {
          const model = parseGuestModel(cmdline.join(' '));
          for (const number of [model.dirtyRate, model.workingSet, model.locality, model.tickMs, model.seed])
            expect(number).toBeGreaterThanOrEqual(0);
        } catch (thrown) {
          expect(thrown).toBeInstanceOf(VmToolsError);
        }
      }),
    );
  });
});

function matching(text: string | RegExp): unknown {
  return typeof text === 'string' ? text : expect.stringMatching(text);
}
