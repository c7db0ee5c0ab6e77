import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { GuestMemory } from '../../memory/index.ts';
import { applyWords, IDLE_MODEL } from '../model/model.ts';
import { isInMemory, layOut, writeSet } from './working-set.ts';

const words = fc.record({
  locality: fc.integer({ min: 0, max: 1000 }).map((perMille) => perMille / 1000),
  seed: fc.nat(0xffffffff),
  entropy: fc.constantFrom('text' as const, 'random' as const),
});

function memoryOf(...ranges: (readonly [number, number])[]): GuestMemory {
  const memory = new GuestMemory();
  for (const [start, count] of ranges) memory.populate(start, count);
  return memory;
}

describe('writeSet', () => {
  it('gives the bytes, and the dirty pages, that write after write would have given', () => {
    const cuts = fc.array(fc.nat(400), { maxLength: 5 });
    fc.assert(
      fc.property(
        words,
        fc.integer({ min: 1, max: 100 }),
        fc.nat(2 ** 40),
        cuts,
        (word, pages, from, lengths) => {
          const model = applyWords(IDLE_MODEL, word);
          const set = { firstGfn: 0x400, pages };
          const [atOnce, single, inPieces] = [0, 0, 0].map(() => memoryOf([0x400, pages]));
          for (const memory of [atOnce, single, inPieces]) memory!.startLogDirty();
          const total = lengths.reduce((sum, length) => sum + length, 0);
          writeSet(atOnce!, set, model, from, from + total);
          for (let write = from; write < from + total; write += 1)
            writeSet(single!, set, model, write, write + 1);
          let at = from;
          for (const length of lengths) writeSet(inPieces!, set, model, at, (at += length));
          expect(atOnce!.firstDifference(single!)).toBeUndefined();
          expect(atOnce!.firstDifference(inPieces!)).toBeUndefined();
          const dirty = [atOnce, single, inPieces].map((memory) => [...memory!.takeDirty().ranges()]);
          expect(dirty[0]).toEqual(dirty[1]);
          expect(dirty[0]).toEqual(dirty[2]);
        },
      ),
    );
  });

  it('comes by every page once in each round', () => {
    fc.assert(
      fc.property(words, fc.integer({ min: 1, max: 300 }), (word, pages) => {
        const memory = memoryOf([0x400, pages]);
        memory.startLogDirty();
        writeSet(
          memory,
          { firstGfn: 0x400, pages },
          applyWords(IDLE_MODEL, { ...word, locality: 1 }),
          0,
          pages,
        );
        expect(memory.dirtyPages).toBe(Math.ceil(pages / 8));
        writeSet(
          memory,
          { firstGfn: 0x400, pages },
          applyWords(IDLE_MODEL, { ...word, locality: 0 }),
          0,
          pages,
        );
        expect(memory.dirtyPages).toBe(pages);
      }),
    );
  });

  it('writes the hot part as often as it is told to', () => {
    const memory = memoryOf([0x400, 8000]);
    memory.startLogDirty();
    const model = applyWords(IDLE_MODEL, { locality: 0.8 });
    writeSet(memory, { firstGfn: 0x400, pages: 8000 }, model, 0, 1000);
    const hot = [...memory.takeDirty().ranges()]
      .filter(([start]) => start < 0x400 + 1000)
      .reduce((sum, [, count]) => sum + count, 0);
    expect(hot).toBe(800);
  });

  it('costs no more after a year than after a round', () => {
    let writes = 0;
    const counted = { writeRecipe: () => void (writes += 1) } as unknown as GuestMemory;
    writeSet(counted, { firstGfn: 0x400, pages: 64 }, IDLE_MODEL, 0, 2 ** 41);
    expect(writes).toBe(64);
  });
});

describe('layOut', () => {
  it('takes the top of the largest piece, and no more than there is', () => {
    const memory = memoryOf([0, 0x1000], [0xfeff8, 8]);
    expect(layOut(memory, 4096 * 16)).toEqual({ firstGfn: 0xff0, pages: 16 });
    expect(layOut(memory, 2 ** 40)).toEqual({ firstGfn: 0x400, pages: 0xc00 });
    expect(layOut(memory, 1)).toEqual({ firstGfn: 0xfff, pages: 1 });
    expect(layOut(memoryOf([0, 0x200]), 4096).pages).toBe(0);
    expect(layOut(memoryOf([0, 2 ** 20], [2 ** 20 + 8, 2 ** 28]), 8192).firstGfn).toBe(
      2 ** 20 + 8 + 2 ** 28 - 2,
    );
  });

  it('knows what of it is in memory', () => {
    const memory = memoryOf([0, 0x500], [0x600, 0x100]);
    expect(isInMemory(memory, { firstGfn: 0x400, pages: 0x100 })).toBe(true);
    expect(isInMemory(memory, { firstGfn: 0, pages: 0 })).toBe(true);
    expect(isInMemory(memory, { firstGfn: 0x3ff, pages: 1 })).toBe(false);
    expect(isInMemory(memory, { firstGfn: 0x480, pages: 0x200 })).toBe(false);
    expect(isInMemory(memory, { firstGfn: 0x600, pages: 0x101 })).toBe(false);
  });
});
