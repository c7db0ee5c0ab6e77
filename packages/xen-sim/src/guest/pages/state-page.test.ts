import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { GuestMemory } from '../../memory/index.ts';
import { applyWords, IDLE_MODEL } from '../model/model.ts';
import { bootState } from '../program.ts';
import {
  hasProgram,
  installProgram,
  readStatePage,
  STATE_GFN,
  writeStatePage,
  type GuestState,
} from './state-page.ts';

function smallMemory(): GuestMemory {
  const memory = new GuestMemory();
  memory.populate(0, 2048);
  return memory;
}

const MODEL = applyWords(IDLE_MODEL, { dirty: 2 ** 20, set: 2 ** 20, precopy: 'crash' });

describe('the page in which a guest lives', () => {
  it('holds the words of the command line until it boots', () => {
    const memory = smallMemory();
    expect(hasProgram(memory)).toBe(false);
    installProgram(memory, `console=hvc0 ${'x'.repeat(4000)} sim.dirty=2M sim.seed=7`);
    expect(readStatePage(memory)).toEqual({ words: { dirty: '2M', seed: '7' } });
    expect(hasProgram(memory)).toBe(true);
  });

  it('is not written for words that mean nothing', () => {
    const memory = smallMemory();
    expect(() => installProgram(memory, 'sim.tack=1s')).toThrow(/sim\.tack/);
    expect(hasProgram(memory)).toBe(false);
  });

  it('holds all that there is of it afterwards', () => {
    const memory = smallMemory();
    const state = bootState(memory, MODEL, 5);
    expect(readStatePage(memory)).toEqual({ state });
  });

  it('is none without memory', () => expect(hasProgram(new GuestMemory())).toBe(false));

  it.each<[string, (state: GuestState) => unknown]>([
    ['too many ticks to print', (state) => ({ ...state, ranMs: 1e12, ticks: 1 })],
    ['a working set without memory', (state) => ({ ...state, set: { firstGfn: 0x400, pages: 2 ** 30 } })],
    ['a working set over the state', (state) => ({ ...state, set: { firstGfn: 0, pages: 64 } })],
    ['endless time', (state) => ({ ...state, ranMs: 1e300 })],
    ['a busy loop', (state) => ({ ...state, model: { ...state.model, tickMs: 1e-9 } })],
    ['more than a guest is', (state) => ({ ...state, more: 1 })],
    ['nothing', () => null],
  ])('is not believed when it has %s', (_, change) => {
    const memory = smallMemory();
    const state = bootState(memory, MODEL, 5);
    writeStatePage(memory, { state: change(state) as GuestState });
    expect(readStatePage(memory)).toBeUndefined();
  });

  it('is read or not, whatever bytes are in it', () => {
    const memory = smallMemory();
    bootState(memory, MODEL, 5);
    const good = Buffer.alloc(4096);
    memory.readPage(STATE_GFN, good);
    const changes = fc.array(fc.tuple(fc.nat(600), fc.nat(255)), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(changes, (bytes) => {
        const page = Buffer.from(good);
        for (const [at, byte] of bytes) page[at] = byte;
        memory.writePage(STATE_GFN, page);
        const read = readStatePage(memory);
        if (read !== undefined && 'state' in read) expect(read.state.set.pages).toBeLessThanOrEqual(2048);
      }),
    );
  });
});
