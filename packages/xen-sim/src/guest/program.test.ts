import { describe, expect, it } from '@jest/globals';
import { ManualClock } from '@vm-tools/ratelimit';
import fc from 'fast-check';
import type { MachineDomain } from '../machine/index.ts';
import { Machine } from '../machine/machine.ts';
import { applyWords, IDLE_MODEL, type GuestModel } from './model/model.ts';
import { bootState, Program } from './program.ts';

interface Lone {
  readonly clock: ManualClock;
  readonly machine: Machine;
  readonly domain: MachineDomain;
  readonly program: Program;
  readonly ticks: string[];
}

/** A program on a machine of its own; only the test makes it catch up. */
function start(model: GuestModel): Lone {
  const clock = new ManualClock();
  const machine = new Machine({ clock });
  const domid = machine.domainCreate({ uuid: crypto.randomUUID(), type: 'pvh', maxVcpus: 1 });
  machine.domainMaxVcpus(domid, 1);
  machine.domainSetmaxmem(domid, 8 * 1024);
  machine.populate(domid, 0, 2048);
  machine.markBuilt(domid);
  machine.domainUnpause(domid);
  const domain = machine.requireDomain(domid, 'test');
  const ticks: string[] = [];
  const program = new Program(domain, bootState(domain.memory, model, 0), {
    wallMs: () => clock.now(),
    onTick: (tick, ranMs) => ticks.push(`${tick} ${ranMs}`),
  });
  return { clock, machine, domain, program, ticks };
}

describe('Program', () => {
  it('does the same whenever it is looked at, byte by byte', async () => {
    const words = fc.record({
      dirty: fc.integer({ min: 0, max: 8 * 2 ** 20 }),
      set: fc.integer({ min: 0, max: 2 ** 20 }),
      locality: fc.integer({ min: 0, max: 10 }).map((tenths) => tenths / 10),
      entropy: fc.constantFrom('zero' as const, 'text' as const, 'random' as const),
      tick: fc.constantFrom(0, 10, 70, 1000),
      seed: fc.nat(),
    });
    const moment = fc.record({
      ms: fc.nat(400),
      act: fc.constantFrom('look' as const, 'pause' as const, 'none' as const),
    });
    await fc.assert(
      fc.asyncProperty(words, fc.array(moment, { maxLength: 10 }), async (word, moments) => {
        const model = applyWords(IDLE_MODEL, word);
        const [looked, left] = [start(model), start(model)];
        for (const { clock, machine, domain, program } of [looked, left]) {
          for (const { ms, act } of moments) {
            await clock.advance(ms);
            if (act === 'look' && program === looked.program) program.catchUp();
            if (act !== 'pause') continue;
            machine.domainPause(domain.domid);
            program.catchUp(); // as its guest makes it
            await clock.advance(100);
            machine.domainUnpause(domain.domid);
            program.wake();
          }
          program.catchUp();
        }
        expect(looked.domain.memory.firstDifference(left.domain.memory)).toBeUndefined();
        expect(looked.ticks).toEqual(left.ticks);
        expect(looked.program.state).toEqual(left.program.state);
      }),
      { numRuns: 40 },
    );
  });

  it('remembers for how long it stood still at most', async () => {
    const { clock, machine, domain, program } = start(IDLE_MODEL);
    for (const ms of [300, 200]) {
      await clock.advance(50);
      machine.domainPause(domain.domid);
      program.catchUp();
      await clock.advance(ms);
      machine.domainUnpause(domain.domid);
      expect(program.wake()).toBe(ms);
    }
    expect(program.state).toMatchObject({ ranMs: 100, lastGapMs: 200, longestGapMs: 300 });
  });

  it('uses more of its vCPU the more it writes', () => {
    const loads = [0, 2 ** 30, 2 ** 40].map((dirty) =>
      start(applyWords(IDLE_MODEL, { dirty })).program.load(),
    );
    expect(loads[0]).toBeLessThan(0.01);
    expect(loads[1]).toBeCloseTo(0.25, 1);
    expect(loads[2]).toBe(1);
  });
});
